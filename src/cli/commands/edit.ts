import type { CommandGroup } from '../command.ts';
import { apply, undo } from './edit/apply.ts';
import { list, show } from './edit/list.ts';
import { make } from './edit/make.ts';

export const command: CommandGroup = {
  alone: 'make',
  commands: { make, apply, undo, list, show },
  synonyms: { preview: 'make', run: 'apply', revert: 'undo', rollback: 'undo' },
};
