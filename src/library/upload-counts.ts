import { grouped } from '../errors/grouped.ts';
import type { UploadCounts } from '../records/upload.ts';

export function sum(one: UploadCounts, other: UploadCounts): UploadCounts {
  const names = Object.keys({ ...one, ...other }) as (keyof UploadCounts)[];
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

export function countsText(counts: Readonly<Partial<Record<string, number>>>): string {
  const named = ['inserted', 'replaced', 'merged', 'unchanged', 'deleted', 'held', 'refused'];
  const shown = named.filter((name) => (counts[name] ?? 0) > 0 || name === 'inserted' || name === 'refused');
  return shown.map((name) => `${grouped(counts[name] ?? 0)} ${name}`).join(', ');
}
