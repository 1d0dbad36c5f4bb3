import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

export interface ShellBlock {
  readonly text: string;
  /**
   * One command that runs beside what follows until the end; the next block begins when it says
   * that it serves.
   */
  readonly serves?: boolean;
}

export interface ShellOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const mark = '\u0001';

/**
 * Runs blocks one after the other in one bash, which ends at the first command that fails, and
 * gives what each printed on both outputs. What serves is ended with it.
 */
export async function runShell(
  blocks: readonly ShellBlock[],
  { cwd, env = {} }: ShellOptions,
): Promise<readonly string[]> {
  const script = [
    'set -eo pipefail',
    'exec 2>&1',
    'trap \'for pid in $(jobs -p); do kill "$pid"; done; wait\' EXIT',
    ...blocks.map(({ text, serves }, at) => `${serves === true ? serving(text, at) : text}\nprintf '${mark}\\n'`),
  ].join('\n');
  const child = spawn('bash', ['-c', script], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const parts = output.split(`${mark}\n`);
  assert.equal(status, 0, `this block failed:\n${blocks[parts.length - 1]?.text}\n${parts.at(-1)}`);
  return parts.slice(0, -1);
}

/**
 * A server that does not come up ends the script with what it said. No braces: the process that is
 * told to end is the server itself.
 */
function serving(text: string, at: number): string {
  const log = `serving-${at}.log`;
  return `
${text.trim()} > ${log} 2>&1 &
served=$!
until grep -q '^Reperio serves' ${log}; do
  kill -0 $served 2>/dev/null || { cat ${log}; exit 1; }
  sleep 0.1
done`;
}
