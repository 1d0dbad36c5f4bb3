import type { Pressure, SysctlLine } from './facts.ts';

/** The texts of /proc and /sys, taken apart. */

/** /proc/net/netstat and /proc/net/snmp: lines of names, each followed by one of values. */
export function parseCounters(text: string): Readonly<Record<string, number>> {
  const lines = text.trim().split('\n');
  const found: Record<string, number> = {};
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [prefix = '', ...names] = lines[at]!.split(/\s+/);
    const values = lines[at + 1]!.split(/\s+/).slice(1);
    for (const [i, name] of names.entries()) found[`${prefix.replace(/:$/, '')}.${name}`] = Number(values[i]);
  }
  return found;
}

/** "name value" lines, as of /proc/vmstat. */
export function parsePairs(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/))
      .map(([name = '', value]) => [name, Number(value)]),
  );
}

/** /proc/meminfo, in bytes. */
export function parseMemory(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...text.matchAll(/^(\S+):\s+(\d+)( kB)?$/gm)].map(([, name = '', value, unit]) => [
      name,
      Number(value) * (unit === undefined ? 1 : 1024),
    ]),
  );
}

/** /proc/net/sockstat. */
export function parseSockets(text: string): { timeWait: number; orphans: number; inUse: number } | undefined {
  const [, inUse, orphans, timeWait] = /^TCP: inuse (\d+) orphan (\d+) tw (\d+)/m.exec(text) ?? [];
  return inUse === undefined
    ? undefined
    : { inUse: Number(inUse), orphans: Number(orphans), timeWait: Number(timeWait) };
}

/** A file of /proc/pressure. */
export function parsePressure(text: string): Pressure {
  const average = (kind: string): number => Number(new RegExp(`^${kind} .*avg300=([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
  return { some: average('some'), full: average('full') };
}

/** The word in brackets of "always [madvise] never". */
export function chosen(text: string): string {
  return /\[([^\]]+)\]/.exec(text)?.[1] ?? text.trim();
}

export interface Mount {
  readonly source: string;
  readonly folder: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** /proc/mounts. */
export function parseMounts(text: string): readonly Mount[] {
  const plain = (word: string): string =>
    word.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([source = '', folder = '', type = '', options = '']) => ({
      source: plain(source),
      folder: plain(folder),
      type,
      options: options.split(','),
    }));
}

/** The mount that a real path is on: the deepest, of those at the same place the last. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const { folder } = mount;
    const holds = folder === '/' || path === folder || path.startsWith(`${folder}/`);
    if (holds && (best === undefined || folder.length >= best.folder.length)) best = mount;
  }
  return best;
}

/** A file of sysctl.d: comments begin with # or ;, a - before a name ignores errors. */
export function parseSysctlLines(file: string, text: string): readonly SysctlLine[] {
  return text.split('\n').flatMap((content, at) => {
    const [, name, value] = /^\s*-?\s*([^#;=\s][^=\s]*)\s*=\s*(.*?)\s*$/.exec(content) ?? [];
    if (name === undefined) return [];
    // net/ipv4/conf/eth0.1/x is the other way to write it.
    const dotted = name.includes('/') ? name.replaceAll('.', '\0').replaceAll('/', '.').replaceAll('\0', '/') : name;
    return [{ file, line: at + 1, name: dotted, value: value ?? '' }];
  });
}

/** `chronyc -c tracking`: seconds that the system is off, with what it follows. */
export function parseTracking(text: string): { readonly source: string; readonly offset: number } | undefined {
  const fields = text.trim().split(',');
  if (fields.length < 14 || fields[13] === 'Not synchronised') return undefined;
  return { source: `chrony, ${fields[1] || fields[0]}`, offset: Math.abs(Number(fields[4])) * 1000 };
}

/** A line of /proc/PID/limits. */
export function filesLimitOf(text: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(text) ?? [];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
