import { relative } from 'node:path';
import fc from 'fast-check';
import { scale, scaled } from './scale.ts';

/** Of `npm test`, which tells it, or of this file alone. */
export const seed = Number(process.env['TEST_SEED'] || Date.now() % 2 ** 31);

/** As fast-check's own. */
const ordinaryRuns = 100;

export interface PropertyOptions {
  /** Of an ordinary run of the tests; see scale.ts. */
  readonly numRuns?: number;
  /** A failure is told as it was found: making it smaller would take minutes. */
  readonly endOnFailure?: boolean;
}

/** fc.assert, but for how often it runs and for its error, which says how the same is run again. */
export function assertProperty<T>(property: fc.IAsyncProperty<T>, options?: PropertyOptions): Promise<void>;
export function assertProperty<T>(property: fc.IProperty<T>, options?: PropertyOptions): void;
export function assertProperty<T>(
  property: fc.IRawProperty<T>,
  { numRuns = ordinaryRuns, ...options }: PropertyOptions = {},
): Promise<void> | void {
  const file = testFile();
  const report = (run: fc.RunDetails<T>): void => tell(run, file);
  return fc.assert(property as fc.IProperty<T>, {
    ...options,
    numRuns: scaled(numRuns),
    seed,
    includeErrorInReport: true,
    ...(property.isAsync() ? { asyncReporter: async (run) => report(run) } : { reporter: report }),
  });
}

/** The one that calls; it may share a process with others. */
function testFile(): string {
  const [, path = process.argv[1] ?? ''] = /(\/[^\s:]*\.test\.ts)/.exec(new Error().stack ?? '') ?? [];
  return relative(process.cwd(), path);
}

function tell<T>(run: fc.RunDetails<T>, file: string): void {
  if (!run.failed) return;
  const again = [`TEST_SEED=${seed}`, ...(scale === 1 ? [] : [`TEST_SCALE=${scale}`]), `npm test ${file}`];
  throw new Error(`${fc.defaultReportMessage(run)}\n\nRun it again: ${again.join(' ')}`, { cause: run.errorInstance });
}
