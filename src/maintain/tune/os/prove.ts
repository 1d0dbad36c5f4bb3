import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../../errors/errors.ts';
import { tuneErrors } from '../errors.ts';

/** What was tried with one value. */
export interface Trial {
  readonly experiment: string;
  readonly setting: string;
  readonly value: string;
  readonly seen: string;
}

const program = fileURLToPath(new URL('experiments.ts', import.meta.url));
const needs = 'root, and the programs unshare and ip';

/**
 * Tries old and new values on a network of its own (a namespace): nothing on the machine changes.
 * Takes some ten seconds. Throws `experimentFailed`.
 */
export async function proveSystem(signal?: AbortSignal): Promise<readonly Trial[]> {
  if (process.getuid?.() !== 0) throw failed('only root can make a network of its own');
  const child = spawn('unshare', ['--net', '--', process.execPath, program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let [output, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(error.name === 'AbortError' ? error : failed(error.message)));
    child.once('close', resolve);
  });
  if (status !== 0) throw failed(said.trim().split('\n').at(-1) || `it ended with status ${status}`);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Trial);
}

function failed(reason: string): UserError {
  return new UserError(tuneErrors.experimentFailed, { reason, needs });
}

/** One line for each trial, by experiment. */
export function trialLines(trials: readonly Trial[]): readonly string[] {
  const width = Math.max(0, ...trials.map(({ setting, value }) => `${setting} = ${value}`.length));
  return [...new Set(trials.map(({ experiment }) => experiment))].flatMap((experiment) => [
    experiment,
    ...trials
      .filter((trial) => trial.experiment === experiment)
      .map(({ setting, value, seen }) => `  ${`${setting} = ${value}`.padEnd(width)}  ${seen}`),
  ]);
}
