import sql from 'sql-template-tag';
import { sampleSeconds } from '../../node-meter.ts';
import type { Check, CheckContext } from '../definition.ts';
import { blamed } from './blocker.ts';
import { counted, lately } from './parts.ts';

const within = 120;
/** One failure of three requests is no third of all: at least so many are reckoned. */
const least = 100;
const warning = 1;

export const errors: Check = {
  name: 'errors',
  question: 'Are readers answered without server errors?',
  summary: 'Share of answers of the last two minutes that are server errors (5xx), of 100 answers at least.',
  warning: String(warning),
  critical: '5',
  page: 'A slow page',
  every: 10_000,
  run: async ({ status, database }) => {
    const samples = lately(status().samples, within);
    const failed = Math.round(samples.reduce((sum, { errors: each }) => sum + each * sampleSeconds, 0));
    const all = Math.round(samples.reduce((sum, { requests }) => sum + requests * sampleSeconds, 0));
    const share = (100 * failed) / Math.max(least, all);
    const why = share > warning ? ((await blamed(database)) ?? (await commonest(database))) : undefined;
    return {
      sentence: `${counted(failed, 'answer', 'answers')} of ${all} in the last two minutes ${failed === 1 ? 'was a server error' : 'were server errors'} (5xx)${why === undefined ? '' : `; ${why.said}`}.`,
      measures: [
        { label: 'errors', value: share, unit: '%', minimum: 0, maximum: 100 },
        { label: 'failed', value: failed, unit: '' },
        { label: 'requests', value: all, unit: '' },
      ],
      fix: why?.fix ?? 'reperio status',
    };
  },
};

/** What failed most often in this hour, of what failed lately. */
async function commonest(
  database: CheckContext['database'],
): Promise<{ readonly said: string; readonly fix: string } | undefined> {
  const asked = (async () =>
    database().query<{ fingerprint: string; type: string; place: string }>(
      sql`SELECT fingerprint, type, place FROM failure LEFT JOIN failure_hour USING (fingerprint)
        WHERE kind = 'request' AND last_seen > now() - make_interval(secs => ${within})
        ORDER BY (hour = date_trunc('hour', now())) DESC NULLS LAST, failure_hour.count DESC NULLS LAST, fingerprint LIMIT 1`,
      { patience: 0 },
    ))();
  const [row] = await asked.catch(() => []);
  if (row === undefined) return undefined;
  const { fingerprint, type, place } = row;
  return {
    said: `most often ${[type, place].filter(Boolean).join(' in ')}`,
    fix: `reperio failures show ${fingerprint}`,
  };
}
