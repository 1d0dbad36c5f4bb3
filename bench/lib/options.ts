import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly records: number;
  /** A corpus of your own instead of the generated one, `repeat` times with new identifiers. */
  readonly file: string | undefined;
  readonly repeat: number;
  /**
   * The library's data folder; kept when it was given, so that a loaded library serves several
   * benchmarks.
   */
  readonly data: string;
  readonly isKept: boolean;
  readonly passes: number;
  readonly workers: number | undefined;
  readonly json: boolean;
  readonly peer: boolean;
}

/** Command line of every benchmark; see docs/benchmarks.md. */
export function benchOptions(defaults: { readonly records: number; readonly passes?: number }): BenchOptions {
  const { values } = parseArgs({
    options: {
      records: { type: 'string' },
      file: { type: 'string' },
      repeat: { type: 'string', default: '1' },
      data: { type: 'string' },
      passes: { type: 'string' },
      workers: { type: 'string' },
      json: { type: 'boolean', default: false },
      'no-peer': { type: 'boolean', default: false },
    },
  });
  return {
    records: Number(values.records ?? defaults.records),
    file: values.file === undefined ? undefined : resolve(values.file),
    repeat: Number(values.repeat),
    data: values.data === undefined ? mkdtempSync(join(tmpdir(), 'reperio-bench-')) : resolve(values.data),
    isKept: values.data !== undefined,
    passes: Number(values.passes ?? defaults.passes ?? 3),
    workers: values.workers === undefined ? undefined : Number(values.workers),
    json: values.json,
    peer: !values['no-peer'],
  };
}

/**
 * Runs a benchmark and clears up a data folder that it made itself, also when it is interrupted.
 */
export async function runBench(options: BenchOptions, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    if (!options.isKept) rmSync(options.data, { recursive: true, force: true });
  }
}
