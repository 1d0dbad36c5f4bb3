import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Settings } from '../../../config/settings.ts';
import { duration } from '../../status/numbers.ts';
import type { Check } from '../definition.ts';
import { libraryBackups, makesBackups } from './backups.ts';
import { alone } from './parts.ts';

export const backup: Check = {
  name: 'backup',
  question: 'Is no backup overdue, and is the newest one whole?',
  summary: 'Seconds since the newest backup was taken; without one, since the library began or was restored.',
  warning: '129600',
  critical: '259200',
  page: 'A backup that is missing',
  shared: true,
  every: 30_000,
  run: async ({ settings, database, memory }) => {
    const { age, set, problem, libraryAge } = await libraryBackups(database());
    const newest = set === null ? 'There is no backup yet' : `The newest backup, ${set}, is ${duration(age ?? 0)} old`;
    const damage = problem === null ? '' : ` and is not whole: ${problem}`;
    const fix = problem === null ? 'reperio backup' : `reperio backup verify ${set ?? ''}`;
    const isBroken = problem === null ? {} : { atLeast: 'critical' as const };
    if (!makesBackups(settings)) {
      const why = settings.isolated
        ? 'This copy of a library makes no backups'
        : 'No backup is made here (backup-at is off)';
      return {
        ...isBroken,
        isUnused: true,
        sentence: `${why}. ${set === null ? 'None is known' : `${newest}${damage}`}.`,
        fix,
      };
    }
    const library = set === null ? `, and the library is ${duration(libraryAge)} old` : '';
    const where = await placeNote(settings, memory);
    return {
      ...isBroken,
      sentence: `${newest}${damage}${library}${where}.`,
      measures: [{ label: 'age', value: (age ?? libraryAge) / 1000, unit: 's', minimum: 0 }],
      fix,
    };
  },
};

/** What a person should know of the place of backups; '' when there is nothing to know. */
async function placeNote({ backup: place, dataFolder }: Settings, memory: Map<string, unknown>): Promise<string> {
  if (place?.startsWith('s3://') === true) return '';
  const folder = place ?? join(dataFolder, 'backups');
  // In a process of its own: whoever asks a file server that is away hangs until it is back.
  const found = alone(memory, folder, async () => promisify(execFile)('stat', ['-c', '%d', '--', folder, dataFolder]));
  const devices = await found.then(
    ({ stdout }) => stdout.trim().split('\n'),
    // Nothing was ever put there, or the answer to an earlier question is still awaited.
    () => [],
  );
  return devices.length === 2 && devices[0] === devices[1]
    ? `; ${folder} is on the same disk as the library and is lost with it`
    : '';
}
