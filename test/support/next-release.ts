import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newestVersions } from '../../src/site/index-versions.ts';

const root = join(import.meta.dirname, '../..');

/** The word that the next release's analysis finds in every title. */
export const nextWord = 'zebraq';

/**
 * For tests: a copy of this release in the folder, changed as the next one would be that analyses
 * records in another way. Its `src/cli/main.ts` runs.
 */
export function makeNextRelease(folder: string): string {
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  edit(join(folder, 'package.json'), /"version": "[^"]+"/, '"version": "99.0.0"');
  editNextAnalysis(folder);
  return join(folder, 'src/cli/main.ts');
}

/** Changes a copy of this release so that it analyses records in the next way. */
export function editNextAnalysis(folder: string): void {
  const { analysis, format } = newestVersions;
  edit(
    join(folder, 'src/site/index-versions.ts'),
    /knownVersions: readonly IndexVersions\[\] = \[[^\]]*\]/,
    `knownVersions: readonly IndexVersions[] = [{ analysis: ${analysis}, format: ${format} }, { analysis: ${analysis + 1}, format: ${format} }]`,
  );
  edit(
    join(folder, 'src/index/analysis/analyzer.ts'),
    /const terms = compileTerms\(site\);/,
    `const read = compileTerms(site);
    const terms: typeof read = (record, shown, sink) => {
      read(record, shown, sink);
      if (site.indexed.analysis > ${analysis}) sink.word(sink.space('w:title'), sink.term('${nextWord}'), 100000);
    };`,
  );
}

function edit(path: string, pattern: RegExp, by: string): void {
  const text = readFileSync(path, 'utf8');
  if (!pattern.test(text)) throw new Error(`${path} has no ${pattern}`);
  writeFileSync(path, text.replace(pattern, by));
}
