import { grouped } from '../errors/grouped.ts';
import { ruleText } from '../maintain/gc/age.ts';
import type { Collected } from '../maintain/gc/collect.ts';
import { removedByOthers } from '../maintain/gc/kinds.ts';
import { type Column, tableLines, type Window } from './terminal.ts';

const columns: readonly Column[] = [
  { head: 'KIND' },
  { head: 'COUNT', right: true },
  { head: 'SIZE', right: true },
  { head: 'OLDEST' },
  { head: 'RULE' },
];

/** What was removed, or would be: a table, what is to be said beside it, and the sum. */
export function gcLines(
  collected: readonly Collected[],
  { dryRun, all }: { readonly dryRun: boolean; readonly all: boolean },
  window: Window,
): readonly string[] {
  const rows = collected.map(({ kind, count, bytes, oldest, asked }) => [
    ...[kind.name, grouped(count), count === 0 ? '-' : sizeText(bytes)],
    ...[oldest === undefined ? '-' : oldest.toISOString().slice(0, 10), ruleText(kind, asked)],
  ]);
  const said = collected.flatMap(({ kind, note, problem }) =>
    [problem, note].filter((one) => one !== undefined).map((sentence) => `${kind.name}: ${sentence}`),
  );
  return [
    ...tableLines(columns, rows, window),
    ...said,
    sumText(collected, dryRun),
    ...(dryRun && all ? [others()] : []),
  ];
}

function sumText(collected: readonly Collected[], dryRun: boolean): string {
  const [count, bytes] = [sumOf(collected, 'count'), sumOf(collected, 'bytes')];
  if (count === 0) return dryRun ? 'Nothing would be removed.' : 'Nothing was removed.';
  const what = `${grouped(count)} ${count === 1 ? 'thing' : 'things'}, ${sizeText(bytes)}`;
  return dryRun ? `${what} would be removed.` : `${what} removed.`;
}

function sumOf(collected: readonly Collected[], key: 'count' | 'bytes'): number {
  return collected.reduce((sum, one) => sum + one[key], 0);
}

function others(): string {
  return `Others remove ${removedByOthers.map(({ what, by }) => `${what} (${by.replaceAll('`', '')})`).join(', ')}.`;
}

/** For programs. Ages in ms. */
export function gcJson(collected: readonly Collected[], dryRun: boolean): object {
  const kinds = collected.map(({ kind, asked, count, bytes, oldest, note, problem }) => ({
    ...{ kind: kind.name, count, bytes, oldest: oldest?.toISOString() ?? null, rule: ruleText(kind, asked) },
    ...{ note: note ?? null, problem: problem ?? null },
  }));
  return { dryRun, kinds };
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${grouped(Math.ceil(bytes / 1e3))} kB` : `${grouped(Math.round(bytes / 1e6))} MB`;
}
