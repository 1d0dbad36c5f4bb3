import sql from 'sql-template-tag';
import { grouped } from '../../../errors/grouped.ts';
import { duration } from '../../status/numbers.ts';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

export const files: Check = {
  name: 'files',
  question: 'Are all documents whole, as far as they were read?',
  summary: 'Documents that are known to be missing or damaged.',
  critical: '0',
  page: 'A lost or damaged document',
  shared: true,
  every: 20_000,
  run: async ({ database }) => {
    const [row] = await database().query<{
      wrong: number;
      read: number;
      since: number | null;
      latest: number | null;
      all: number;
    }>(
      sql`SELECT count(*) FILTER (WHERE problem IS NOT NULL)::int AS wrong, count(*)::int AS read,
          (extract(epoch FROM clock_timestamp() - min(checked)) * 1000)::float8 AS since,
          (extract(epoch FROM clock_timestamp() - max(checked)) * 1000)::float8 AS latest,
          (SELECT count(DISTINCT digest)::int FROM file) AS all
        FROM content_check c WHERE EXISTS (SELECT FROM file WHERE file.digest = c.digest)`,
      { patience: 0 },
    );
    const { wrong, read, since, latest, all } = row!;
    // What was whole when it was read may be away now: the check `files-folder` looks at that.
    const when =
      since === null || latest === null
        ? 'none was read yet'
        : `${counted(read, 'was', 'were')} read, the first ${duration(since)} and the last ${duration(latest)} ago`;
    return {
      sentence: `${counted(wrong, 'document', 'documents')} of ${grouped(all)} ${wrong === 1 ? 'is' : 'are'} known to be missing or damaged; ${when}.`,
      measures: [
        { label: 'wrong', value: wrong, unit: '', minimum: 0 },
        { label: 'read', value: read, unit: '', minimum: 0 },
      ],
      fix: 'reperio file verify',
    };
  },
};
