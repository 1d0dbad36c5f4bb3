import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSettings, type Settings } from '../../src/config/settings.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { watchMemory } from './memory.ts';

const launcher = fileURLToPath(new URL('../../bin/reperio', import.meta.url));

export function environmentOf(data: string): Record<string, string | undefined> {
  return { ...process.env, REPERIO_DATA: data, REPERIO_LOG_LEVEL: 'warn', DATABASE_URL: undefined };
}

export function settingsOf(data: string): Settings {
  return loadSettings(environmentOf(data));
}

/**
 * Starts or joins the library's server and keeps it until released, so that commands do not pay for
 * starting it.
 */
export function holdServer(data: string): Promise<Store> {
  return openStore(settingsOf(data));
}

export interface CommandRun {
  readonly output: string;
  readonly seconds: number;
  readonly peakMemory: number;
  readonly processes: number;
}

/**
 * Runs a command of ours as a person would, in its own process. Throws when its exit status is not
 * 0.
 */
export async function reperio(data: string, words: readonly string[]): Promise<CommandRun> {
  const started = performance.now();
  const child = startReperio(data, words);
  const memory = watchMemory(child.pid!);
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const { node, nodeProcesses } = memory.stop();
  if (status !== 0) throw new Error(`reperio ${words.join(' ')} ended with status ${status}`);
  return { output, seconds: (performance.now() - started) / 1000, peakMemory: node, processes: nodeProcesses };
}

export function startReperio(
  data: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(launcher, [...words], {
    env: { ...environmentOf(data), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Bytes of all files below a folder. */
export function folderBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? folderBytes(path) : statSync(path).size;
  }
  return bytes;
}
