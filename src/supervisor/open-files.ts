import { readFileSync } from 'node:fs';

/** What a system allows that does not say. */
const usual = 1_024;
/** Of a process, for segments, the database, documents, the log and its own threads. */
const reserved = 200;
const mostUseful = 10_000;

/** How many files and connections this process may have open, as Linux says. */
export function openFilesLimit(limits = readLimits()): number {
  const found = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return found === undefined ? usual : Number(found);
}

/**
 * How many connections a process may have so that it still opens what it needs: a process without
 * descriptors cannot even measure itself. With the usual 1,024 they are 824, with 524,288 they are
 * 10,000.
 */
export function mostConnections(limit = openFilesLimit()): number {
  return Math.min(mostUseful, Math.max(Math.floor(limit / 4), limit - reserved));
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
