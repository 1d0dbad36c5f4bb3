import { createReadStream, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { layoutOf } from '../../store/embedded/layout.ts';
import type { Place } from './place.ts';

/**
 * Where the embedded server archives to when the place is no folder: its files are there until they
 * have been sent, so that the server goes on while the place is away.
 */
export function spoolFolder({ dataFolder }: Pick<Settings, 'dataFolder'>): string {
  return join(layoutOf(dataFolder).folder, 'wal-spool');
}

/** Sends what is there, the oldest first, and removes it. Resolves to how many files. */
export async function sendSpool(settings: Pick<Settings, 'dataFolder'>, place: Place): Promise<number> {
  const spool = spoolFolder(settings);
  if (!existsSync(spool)) return 0;
  let sent = 0;
  for (const system of readdirSync(spool))
    for (const name of readdirSync(join(spool, system)).sort()) {
      // What is being written has another name.
      if (!/^[0-9A-F]{8}[^/]*\.gz$/.test(name)) continue;
      const file = join(spool, system, name);
      const found = statSync(file, { throwIfNoEntry: false });
      // Another process has sent it.
      if (found === undefined) continue;
      // What was committed until now is in later files: the time of this one goes along.
      const timed = name.replace(/^([0-9A-F]{24})\.gz$/, `$1.at-${Math.floor(found.mtimeMs)}.gz`);
      const path = `wal/${system}/${timed}`;
      if ((await place.size(path)) !== found.size) await place.write(path, createReadStream(file));
      rmSync(file, { force: true });
      sent++;
    }
  return sent;
}
