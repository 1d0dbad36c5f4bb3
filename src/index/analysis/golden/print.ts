import { readFileSync } from 'node:fs';
import { parseTextMarcRecord } from '../../../marc/readers/text-parse.ts';
import { type IndexVersions, isEarlierAnalysis } from '../../../site/index-versions.ts';
import { parseSite } from '../../../site/parse.ts';
import type { Site } from '../../../site/site.ts';
import type { IndexedRecord } from '../../document.ts';
import { indexVersion } from '../../entry.ts';
import { compileAnalyzer } from '../analyzer.ts';

/**
 * For tests: what the analysis makes of thirty varied records, as lines that people can compare.
 */
export function printAnalysis(site: Site): string {
  const analyzer = compileAnalyzer(site);
  const lines: string[] = [];
  const since = isEarlierAnalysis(site.indexed) ? '' : readText('records-since-4.txt');
  for (const [at, text] of `${readText('records.txt')}\n${since}`.trim().split(/\n\n+/).entries()) {
    const { record } = parseTextMarcRecord(Buffer.from(text));
    const time = new Date(Date.UTC(2026, 0, 1 + at));
    const spaces: string[] = [];
    const terms = new Map<string, string[]>();
    const put = (space: number, term: string): void => {
      const name = spaces[space]!;
      terms.set(name, [...(terms.get(name) ?? []), term]);
    };
    const words: string[] = [];
    let told: IndexedRecord | undefined;
    indexVersion({ id: at + 1, revision: 1, deleted: false, created: time, modified: time, record }, analyzer, {
      begin: (given) => {
        told = given;
      },
      space: (name) => (spaces.includes(name) ? spaces.indexOf(name) : spaces.push(name) - 1),
      term: (word) => (words.includes(word) ? words.indexOf(word) : words.push(word) - 1),
      word: (space, term, position) => put(space, `${words[term]}@${position}`),
      value: (space, term) => put(space, JSON.stringify(term)),
    });
    lines.push(`record ${at + 1}`);
    for (const [space, all] of [...terms].sort(([a], [b]) => (a < b ? -1 : 1)))
      lines.push(`  ${space} ${all.join(' ')}`);
    const { columns, brief } = told!;
    const { sorts, facets, keys, ...plain } = columns;
    for (const [name, value] of Object.entries({ ...plain, sorts, facets, ...keys, brief }))
      lines.push(`  ${name} ${JSON.stringify(value)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `versions`: an earlier analysis does not know the tokenizers that have come since. */
export function goldenSite(versions: IndexVersions): Site {
  const text = readText('site.yaml');
  const since = isEarlierAnalysis(versions) ? '' : readText('fields-since-4.yaml');
  const { site, problems } = parseSite(text.replace(/^fields:\n/m, (line) => `${line}${since}`));
  if (site === undefined) throw new Error(JSON.stringify(problems));
  return { ...site, indexed: versions };
}

function readText(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}
