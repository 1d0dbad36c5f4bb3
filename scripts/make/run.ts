import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from './refuse.ts';

/** What a program prints. What it says when it fails is in the error. */
export function output(program: string, words: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error !== undefined) throw error;
  if (status === 0) return stdout;
  throw new Error(`${program} ${words.slice(0, 3).join(' ')} ended with ${status}: ${(stderr || stdout).trim()}`);
}

/** A program whose own words are shown. */
export function show(program: string, words: readonly string[], environment: NodeJS.ProcessEnv = process.env): boolean {
  return spawnSync(program, words, { stdio: ['ignore', 'inherit', 'inherit'], env: environment }).status === 0;
}

/** Throws a refusal that names the Debian packages of what is missing. */
export function needPrograms(programs: Readonly<Record<string, string>>): void {
  const missing = Object.entries(programs).filter(([program]) => !isThere(program));
  if (missing.length === 0) return;
  const names = missing.map(([program]) => program).join(', ');
  const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
  throw new Refusal(`Not installed: ${names}.`, `On Debian: apt-get install ${packages}.`);
}

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * A new folder for work beside what comes out of it, on the same disk; it goes however the work
 * ends, signals included.
 */
export async function withWork<T>(out: string, work: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(out, '.making-'));
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  const stop = (signal: NodeJS.Signals): void => {
    clear();
    process.kill(process.pid, signal);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(folder);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    clear();
  }
}
