import type { CallCounts, CpuProfile, HeapNode } from './cpu-profiler.ts';

/** A function as the table of a profile names it. Times in ms. */
export interface FunctionTime {
  readonly name: string;
  /** Relative to the program when it is ours. */
  readonly file: string;
  readonly line: number;
  /**
   * How often it was called; `isLeast`: at least so often, since it was met anew by so many
   * samples.
   */
  readonly calls: number;
  readonly isLeast: boolean;
  /** In it alone, and in it with all that it called. */
  readonly own: number;
  readonly cumulative: number;
}

const idle = new Set(['(root)', '(program)', '(idle)']);
const root = new URL('../../', import.meta.url).href;

/**
 * Of a CPU profile, the functions that were met, in no order. Time that the process waited is left
 * out.
 */
export function functionTimes({ nodes, samples, timeDeltas }: CpuProfile, calls?: CallCounts): readonly FunctionTime[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const { id, children = [] } of nodes) for (const child of children) parents.set(child, id);
  const found = new Map<string, { time: FunctionTime; own: number; cumulative: number; met: number }>();
  const keyOf = (id: number): string => {
    const { functionName, url, lineNumber } = byId.get(id)!.callFrame;
    return `${url}:${lineNumber} ${functionName}`;
  };
  let before = new Set<string>();
  for (const [at, sample] of samples.entries()) {
    const took = (timeDeltas[at] ?? 0) / 1000;
    // The profiler's own beginning.
    if (byId.get(sample)!.callFrame.url === 'node:inspector') continue;
    const stack = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const { callFrame } = byId.get(id)!;
      if (idle.has(callFrame.functionName)) continue;
      const key = keyOf(id);
      let entry = found.get(key);
      if (entry === undefined) {
        entry = { time: named(callFrame, calls), own: 0, cumulative: 0, met: 0 };
        found.set(key, entry);
      }
      if (id === sample) entry.own += took;
      // A function that calls itself counts once.
      if (!stack.has(key)) entry.cumulative += took;
      if (!stack.has(key) && !before.has(key)) entry.met++;
      stack.add(key);
    }
    before = stack;
  }
  return [...found.values()].map(({ time, own, cumulative, met }) => ({
    ...time,
    calls: time.isLeast ? met : Math.max(met, time.calls),
    own,
    cumulative,
  }));
}

function named(
  { functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame'],
  counts: CallCounts | undefined,
): FunctionTime {
  const exact = counts?.get(`${url} ${functionName}`);
  return {
    name: functionName === '' ? '(anonymous)' : functionName,
    file: url.startsWith(root) ? url.slice(root.length) : url.replace(/^file:\/\//, ''),
    line: lineNumber + 1,
    calls: exact ?? 0,
    isLeast: exact === undefined,
    own: 0,
    cumulative: 0,
  };
}

export interface FunctionBytes {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly bytes: number;
}

/** Who allocated what was still there at the end, the most first. */
export function functionBytes(head: HeapNode): readonly FunctionBytes[] {
  const found = new Map<string, { readonly one: FunctionBytes; bytes: number }>();
  const visit = (node: HeapNode): void => {
    if (node.selfSize > 0) {
      const { name, file, line } = named(node.callFrame, undefined);
      const key = `${file}:${line} ${name}`;
      const entry = found.get(key) ?? { one: { name, file, line, bytes: 0 }, bytes: 0 };
      entry.bytes += node.selfSize;
      found.set(key, entry);
    }
    for (const child of node.children) visit(child);
  };
  visit(head);
  return [...found.values()].map(({ one, bytes }) => ({ ...one, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** By what a table may be sorted: the keys of Python's pstats, which operators of Invenio know. */
export const sortKeys = [
  ...['calls', 'cumulative', 'cumtime', 'file', 'filename', 'line', 'module'],
  ...['name', 'nfl', 'ncalls', 'pcalls', 'stdname', 'time', 'tottime'],
] as const;
export type SortKey = (typeof sortKeys)[number];

/** "t" is time, "c" cumulative; what is not known is cumulative. */
export function sortKeyOf(text: string): SortKey {
  if (text === 't') return 'tottime';
  if (text === 'c') return 'cumulative';
  return sortKeys.find((key) => key === text) ?? 'cumulative';
}

export function sortFunctions(functions: readonly FunctionTime[], key: SortKey): readonly FunctionTime[] {
  const text = (value: (one: FunctionTime) => string) => (a: FunctionTime, b: FunctionTime) =>
    value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : b.cumulative - a.cumulative;
  const number = (value: (one: FunctionTime) => number) => (a: FunctionTime, b: FunctionTime) =>
    value(b) - value(a) || b.cumulative - a.cumulative;
  const orders: Readonly<Record<SortKey, (a: FunctionTime, b: FunctionTime) => number>> = {
    calls: number(({ calls }) => calls),
    ncalls: number(({ calls }) => calls),
    pcalls: number(({ calls }) => calls),
    cumulative: number(({ cumulative }) => cumulative),
    cumtime: number(({ cumulative }) => cumulative),
    time: number(({ own }) => own),
    tottime: number(({ own }) => own),
    file: text(({ file }) => file),
    filename: text(({ file }) => file),
    module: text(({ file }) => file),
    line: (a, b) => a.line - b.line || b.cumulative - a.cumulative,
    name: text(({ name }) => name),
    nfl: text(({ name, file, line }) => `${name} ${file} ${String(line).padStart(8)}`),
    stdname: text(({ name, file, line }) => `${file} ${String(line).padStart(8)} ${name}`),
  };
  return functions.toSorted(orders[key]);
}
