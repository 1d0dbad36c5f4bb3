import { duration } from '../../status/numbers.ts';
import type { Check } from '../definition.ts';
import { libraryBackups, makesBackups } from './backups.ts';

export const drill: Check = {
  name: 'drill',
  question: 'Is no trial of a restore overdue, and did the last one work?',
  summary: 'Seconds since a restore was last tried; without a trial, since the library began or was restored.',
  warning: String(62 * 86_400),
  page: 'A backup that is missing',
  shared: true,
  every: 30_000,
  run: async ({ settings, database }) => {
    const { drillAge, drillProblem, rto, libraryAge } = await libraryBackups(database());
    const fix = 'reperio backup drill';
    const isBroken = drillProblem === null ? {} : { atLeast: 'critical' as const };
    const sentence =
      drillAge === null
        ? 'No restore has been tried yet.'
        : drillProblem === null
          ? `The last drill, ${duration(drillAge)} ago, took ${duration((rto ?? 0) * 1000)} to restore the library.`
          : `The last drill, ${duration(drillAge)} ago, failed: ${drillProblem.replace(/\.$/, '')}.`;
    if (!makesBackups(settings))
      return {
        ...isBroken,
        isUnused: true,
        sentence: `${sentence} None is made by itself${settings.isolated ? '' : ' (backup-at is off)'}.`,
        fix,
      };
    return {
      ...isBroken,
      sentence,
      measures: [{ label: 'age', value: (drillAge ?? libraryAge) / 1000, unit: 's', minimum: 0 }],
      fix,
    };
  },
};
