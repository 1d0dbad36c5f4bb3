import type { UploadCounts } from '../records/upload.ts';

export function sum(one: UploadCounts, other: UploadCounts): UploadCounts {
  const names = Object.keys({ ...one, ...other }) as (keyof UploadCounts)[];
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}
