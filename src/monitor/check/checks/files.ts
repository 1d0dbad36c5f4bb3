import sql from 'sql-template-tag';
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
    const [row] = await database().query<{ wrong: number; read: number }>(
      sql`SELECT count(*) FILTER (WHERE problem IS NOT NULL)::int AS wrong, count(*)::int AS read FROM content_check c
        WHERE EXISTS (SELECT FROM file WHERE file.digest = c.digest)`,
      { patience: 0 },
    );
    const { wrong, read } = row!;
    return {
      sentence: `${counted(wrong, 'document', 'documents')} of ${read} that were read ${wrong === 1 ? 'is' : 'are'} missing or damaged.`,
      measures: [
        { label: 'wrong', value: wrong, unit: '', minimum: 0 },
        { label: 'read', value: read, unit: '', minimum: 0 },
      ],
      fix: 'reperio file verify',
    };
  },
};
