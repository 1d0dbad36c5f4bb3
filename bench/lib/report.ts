import { cpus, loadavg, totalmem } from 'node:os';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A table for the terminal. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (columns[at]!.align === 'left' ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].join('\n');
}

/** What every published number has to say about where it was measured. */
export function machine(): Readonly<Record<string, string | number>> {
  return {
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    load: loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
    node: process.version,
    date: new Date().toISOString().slice(0, 16),
  };
}

export function machineLine(): string {
  const { cpu, memoryGB, load, node, date } = machine();
  return `${date}, ${cpu}, ${memoryGB} GB, load ${load}, Node ${node}`;
}

export function quantile(numbers: readonly number[], part: number): number {
  if (numbers.length === 0) return Number.NaN;
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** Milliseconds with three digits that count. */
export function milliseconds(value: number): string {
  if (Number.isNaN(value)) return '-';
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3);
}

/** How many times better than the peer: "52x". */
export function ratio(ours: number, peer: number): string {
  if (!Number.isFinite(ours) || !Number.isFinite(peer)) return '-';
  const times = peer / ours;
  return `${times >= 10 ? times.toFixed(0) : times.toFixed(1)}x`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
