import sql from 'sql-template-tag';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

interface Row {
  readonly fingerprint: string;
  readonly type: string;
  readonly place: string;
  readonly isNew: boolean;
}

export const problems: Check = {
  name: 'problems',
  question: 'Is there no new kind of failure?',
  summary: 'Kinds of failures that began in the last hour, or happened again in it after they were resolved.',
  warning: '0',
  page: 'A failure that is new',
  shared: true,
  every: 30_000,
  run: async ({ database }) => {
    // Whoever resolves or mutes one has seen it.
    const rows = await database().query<Row>(
      sql`SELECT fingerprint, type, place, first_seen > now() - interval '1 hour' AS "isNew" FROM failure
        WHERE state = 'open' AND last_seen > now() - interval '1 hour'
          AND (first_seen > now() - interval '1 hour' OR regressions > 0)
        ORDER BY last_seen DESC, fingerprint`,
      { patience: 0 },
    );
    const fresh = rows.filter(({ isNew }) => isNew).length;
    const back = rows.length - fresh;
    const [newest] = rows;
    const said = [
      ...(fresh > 0 ? [`${counted(fresh, 'new kind of failure', 'new kinds of failures')}`] : []),
      ...(back > 0 ? [`${back} that came back after ${back === 1 ? 'it was' : 'they were'} resolved`] : []),
    ];
    return {
      sentence:
        newest === undefined
          ? 'No new kind of failure in the last hour.'
          : `${said.join(', ')} in the last hour; the latest is ${[newest.type, newest.place].filter(Boolean).join(' in ')}.`,
      measures: [
        { label: 'problems', value: rows.length, unit: '', minimum: 0 },
        { label: 'new', value: fresh, unit: '', minimum: 0 },
        { label: 'back', value: back, unit: '', minimum: 0 },
      ],
      fix: newest === undefined ? 'reperio failures list' : `reperio failures show ${newest.fingerprint}`,
    };
  },
};
