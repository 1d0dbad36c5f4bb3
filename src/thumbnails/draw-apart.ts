import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ThumbnailKind } from './kinds.ts';
import { drawingLimits, exitStatus } from './limits.ts';

/**
 * drawn; cannot: not of these bytes, also later; stopped: nothing is known of these bytes, since
 * the library is missing, there was no process to be had, or we are ending.
 */
export type Drawing =
  | { readonly kind: 'drawn'; readonly bytes: Buffer }
  | { readonly kind: 'cannot'; readonly reason: string }
  | { readonly kind: 'stopped'; readonly reason: string };

export interface Source {
  readonly path: string;
  readonly kind: ThumbnailKind;
  /** The longer side of what is drawn. */
  readonly pixels: number;
}

export interface DrawingOptions {
  readonly signal: AbortSignal;
  /** For tests: another program, and narrower limits. */
  readonly program?: string;
  readonly limits?: Partial<Record<keyof typeof drawingLimits, number>>;
}

/** Why nothing can be drawn here, as far as it shows without trying; undefined: it may. */
export function missingLibrary(): string | undefined {
  for (const name of ['wasm-vips', '@embedpdf/pdfium'])
    try {
      if (existsSync(new URL(import.meta.resolve(name)))) continue;
      return `the library ${name} is not installed`;
    } catch {
      return `the library ${name} is not installed`;
    }
  return undefined;
}

const release = fileURLToPath(new URL('../../', import.meta.url));
const drawProgram = fileURLToPath(new URL('draw.ts', import.meta.url));
const confine = new URL('confine.ts', import.meta.url).href;
/** Milliseconds. */
const weighEvery = 100;
const pageBytes = 4096;

/**
 * Draws in a process of its own, which reads this release and the one file, writes nothing, starts
 * nothing, has no settings and no secrets, and is ended when it takes more than its limits. The
 * limit of CPU is the kernel's, so that it holds when we are gone.
 */
export async function drawApart({ path, kind, pixels }: Source, options: DrawingOptions): Promise<Drawing> {
  const { signal, program = drawProgram } = options;
  const limits = { ...drawingLimits, ...options.limits };
  const real = await realpath(path);
  // It may be a link, to what several releases share.
  const modules = await realpath(join(release, 'node_modules')).catch(() => release);
  const node = [
    process.execPath,
    ...['--max-old-space-size=128', '--no-warnings', `--import=${confine}`],
    ...['--permission', '--allow-worker'],
    ...[release, modules, real].map((readable) => `--allow-fs-read=${readable}`),
    ...[program, real, kind, String(pixels)],
  ];
  if (signal.aborted) return { kind: 'stopped', reason: 'the process is ending' };
  const child = spawn('/bin/sh', ['-c', `ulimit -c 0; ulimit -t ${limits.cpu}; exec "$@"`, 'sh', ...node], {
    ...{ env: {}, cwd: '/', signal, killSignal: 'SIGKILL' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watched(child, limits, signal);
}

async function watched(
  child: ChildProcessByStdio<null, Readable, Readable>,
  limits: Readonly<Record<'time' | 'resident' | 'answer', number>>,
  signal: AbortSignal,
): Promise<Drawing> {
  let over: string | undefined;
  const endFor = (reason: string): void => {
    over ??= reason;
    child.kill('SIGKILL');
  };
  const late = setTimeout(() => endFor('it takes more time than a thumbnail may take'), limits.time);
  const weighing = setInterval(() => {
    void residentOf(child.pid).then((bytes) => {
      if (bytes > limits.resident) endFor('it needs more memory than a thumbnail may take');
    });
  }, weighEvery);
  const said: string[] = [];
  const drawn: Buffer[] = [];
  let length = 0;
  // The libraries say theirs before; the reason is the last line.
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.push(text);
    if (said.length > 20) said.shift();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > limits.answer) endFor('its thumbnail is too large');
    else drawn.push(chunk);
  });
  const failed = Promise.withResolvers<Drawing>();
  child.once('error', (error) => failed.resolve({ kind: 'stopped', reason: error.message }));
  const closed = new Promise<Drawing>((resolve) => {
    child.once('close', (status, killed) => {
      const told = said.join('').trim().split('\n').at(-1)!.slice(0, 500);
      if (signal.aborted) resolve({ kind: 'stopped', reason: 'the process is ending' });
      else if (over !== undefined) resolve({ kind: 'cannot', reason: over });
      else if (status === 0 && length > 0) resolve({ kind: 'drawn', bytes: Buffer.concat(drawn) });
      else if (status === exitStatus.cannot) resolve({ kind: 'cannot', reason: told });
      else if (status === exitStatus.noLibrary) resolve({ kind: 'stopped', reason: told });
      else resolve({ kind: 'cannot', reason: `the process that draws ended with ${killed ?? `status ${status}`}` });
    });
  });
  try {
    return await Promise.race([closed, failed.promise]);
  } finally {
    clearTimeout(late);
    clearInterval(weighing);
  }
}

async function residentOf(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  return Number(text.split(' ')[1] ?? 0) * pageBytes;
}
