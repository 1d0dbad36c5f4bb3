import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownVersions, newestVersions } from '../../../src/site/index-versions.ts';
import { readMigrations } from '../../../src/store/migrate.ts';
import { editNextAnalysis } from '../../support/next-release.ts';
import type { ReleaseChange } from '../../support/release-folder.ts';
import { editFile } from './deploy.ts';

type Change = Omit<ReleaseChange, 'modules'>;

/** Numbers of the next two migrations, as their files begin. */
const [next, afterNext] = [1, 2].map((more) => String(readMigrations().length + more).padStart(4, '0'));
const later = '-- locks: record, writes, 1s/30000 rows\nCREATE INDEX record_later ON record (modified, id);\n';

/** It adds an index on a large table. */
export function goodRelease(version: string): Change {
  return { version, edit: (tree) => writeFileSync(join(tree, `src/store/migrations/${next}-later.sql`), later) };
}

/** Its workers do not start. */
export function brokenRelease(version: string): Change {
  return {
    version,
    edit: (tree) => appendFileSync(join(tree, 'src/web/worker.ts'), "\nawait import('./x.ts' as string);\n"),
  };
}

/** Programs are answered as before, and some readers with an error. */
export function sickRelease(version: string): Change {
  return {
    version,
    edit: (tree) =>
      editFile(tree, 'src/web/search/routes.ts', (text) =>
        text.replace(
          'const format = askedFormat',
          "if (JSON.stringify(question).includes('higgs')) throw new Error('sick');\n    const format = askedFormat",
        ),
      ),
  };
}

/** No node may run while its migration is applied. */
export function offlineRelease(version: string): Change {
  const text = '-- offline\nALTER TABLE node ADD COLUMN more text;\n';
  return {
    version,
    edit: (tree) => {
      goodRelease(version).edit?.(tree);
      writeFileSync(join(tree, `src/store/migrations/${afterNext}-offline.sql`), text);
    },
  };
}

/** It analyses records in another way: the index is made anew when all nodes run it. */
export function indexRelease(version: string): Change {
  const { analysis, format } = newestVersions;
  return {
    version,
    edit: editNextAnalysis,
    index: [knownVersions.at(-1)!, { analysis: analysis + 1, format }],
  };
}
