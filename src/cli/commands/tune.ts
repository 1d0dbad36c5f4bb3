import type { CommandGroup } from '../command.ts';
import { tuneDatabase } from '../tune-database.ts';
import { tuneOs } from '../tune-os.ts';

export const command: CommandGroup = {
  description: `Reads how this machine, or the database server, is set and what it has counted, and says what to change and why. Each piece of advice gives the number that calls for it.
[ok] is as it should be, [!!] is to be set, [--] is worth knowing, [??] could not be read.`,
  commands: { os: tuneOs, database: tuneDatabase },
};
