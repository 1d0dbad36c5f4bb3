/**
 * Short test files share processes, since starting one and loading what it tests takes longer than
 * most tests do.
 * `npm test -- --apart` gives each file a process of its own.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Durations } from './durations.ts';

/** Milliseconds; what takes longer has a process of its own, so that groups end together. */
const short = 16_000;
/** Milliseconds of a group; what is not known takes little. */
const most = 40_000;
const unknown = 500;
/**
 * What starts browsers; and what looks at something of which a process has one, which others change
 * or count too.
 */
const apart: readonly string[] = [
  'test/browser/',
  'src/cluster/render/delivery.test.ts',
  'src/files/local-store.test.ts',
  'src/index/segment/cache.test.ts',
  'src/monitor/check/',
  'src/people/password-hash.test.ts',
  'src/yaml/known-trees.test.ts',
];

/**
 * The same tests in fewer files: those that stand alone as they are, the others by groups of
 * neighbours in `folder`. A file is a suite of its group, so that its hooks are for its own tests.
 */
export function inGroups(files: readonly string[], durations: Durations, folder: string): readonly string[] {
  const isAlone = (file: string): boolean =>
    apart.some((path) => file.startsWith(path)) || (durations.get(file) ?? 0) > short;
  const groups: string[][] = [];
  let time = Number.POSITIVE_INFINITY;
  for (const file of files.filter((each) => !isAlone(each)).toSorted()) {
    const takes = durations.get(file) ?? unknown;
    if (time + takes > most) {
      groups.push([]);
      time = 0;
    }
    groups.at(-1)?.push(file);
    time += takes;
  }
  return [
    ...files.filter(isAlone),
    ...groups.map((group, at) => written(group, join(folder, 'groups', `${at}.test.mjs`))),
  ];
}

function written(group: readonly string[], path: string): string {
  const suites = group.map(
    (file) => `describe(${JSON.stringify(file)}, async () => { await import(${JSON.stringify(resolve(file))}); });`,
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ["import { describe } from 'node:test';", ...suites, ''].join('\n'));
  return path;
}
