import { grouped } from '../../errors/grouped.ts';

/** 12 s, 3 min, 5 h, 2 d. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

export function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

export function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0);
}

export function megabytes(bytes: number): string {
  return `${grouped(Math.round(bytes / 1e6))} MB`;
}

export function count(value: number): string {
  return grouped(value);
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}

/** +0.12 s, -0.12 s, 0.00 s: how far a clock is ahead of another. */
export function ahead(milliseconds: number): string {
  const shown = (milliseconds / 1000).toFixed(2);
  if (Number(shown) === 0) return '0.00 s';
  return `${milliseconds > 0 ? '+' : ''}${shown} s`;
}
