import { checkPath } from '../../addresses/addresses.ts';
import type { Settings } from '../../config/settings.ts';
import { statusSocket } from '../status/socket.ts';
import { allChecks } from './answer.ts';
import type { CheckState } from './check.ts';
import type { Limits } from './judge.ts';
import { type CheckLines, checkLine } from './line.ts';

const { request } = process.getBuiltinModule('node:http');

export interface CheckQuestion {
  /** Of a check, or `all`. */
  readonly name: string;
  readonly limits: Limits;
  /** Milliseconds. */
  readonly within: number;
  /** The address of a node; undefined: the server of the data folder. */
  readonly url: string | undefined;
  readonly settings: () => Settings;
}

/**
 * Asks the server what it found; where none runs, looks here, as far as that goes. Never rejects
 * because of a server: what is not answered is unknown.
 */
export async function askChecks(question: CheckQuestion): Promise<CheckLines> {
  const { name, limits, within, url, settings } = question;
  const query = new URLSearchParams();
  if (limits.warning !== undefined) query.set('w', limits.warning);
  if (limits.critical !== undefined) query.set('c', limits.critical);
  const path = `${checkPath}/${encodeURIComponent(name)}${query.size > 0 ? `?${query}` : ''}`;
  if (url !== undefined) return askUrl(question, path);
  const given = settings();
  const answered = await ask({ socketPath: statusSocket(given.dataFolder), path }, within).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  if (!(answered instanceof Error)) return read(answered);
  const isThere = answered.code !== 'ENOENT' && answered.code !== 'ECONNREFUSED';
  if (isThere) return nothing(name, `The server of ${given.dataFolder} does not answer: ${answered.message}.`);
  const { lookHere } = await import('./look-here.ts');
  return lookHere({ name, limits, within, settings: given });
}

async function askUrl({ name, url, within }: CheckQuestion, path: string): Promise<CheckLines> {
  const address = URL.canParse(url!) ? new URL(path, url) : undefined;
  if (address === undefined || !/^https?:$/.test(address.protocol))
    return nothing(name, `"${url}" is no address of a node, such as http://web1:8080.`);
  const answered = await fetch(address, { signal: AbortSignal.timeout(within), redirect: 'manual' }).then(
    async (answer) => ({ status: answer.status, body: await answer.text() }),
    (error: Error) => error,
  );
  if (answered instanceof Error) {
    const reason = answered.cause instanceof Error ? answered.cause.message : answered.message;
    return nothing(name, `${address.origin} does not answer: ${reason}.`);
  }
  return read(answered, `${address.origin} answers ${answered.status}: is this machine in its \`status-networks\`?`);
}

/** What a plug-in prints begins so, and says its state. */
const form = /^[A-Z-]+ (OK|WARNING|CRITICAL|UNKNOWN) - /;

function read({ status, body }: Answer, otherwise = `The server answers with ${status}.`): CheckLines {
  const lines = body.trimEnd().split('\n');
  const states = lines.map((line) => form.exec(line)?.[1]?.toLowerCase() as CheckState | undefined);
  if (states.some((state) => state === undefined)) return nothing('check', otherwise);
  return { lines, states: states as readonly CheckState[] };
}

function nothing(name: string, sentence: string): CheckLines {
  return {
    lines: [checkLine(name === allChecks ? 'check' : name, { state: 'unknown', sentence, measures: [] })],
    states: ['unknown'],
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(at: { readonly socketPath: string; readonly path: string }, within: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(within);
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(signal.aborted ? new Error(`nothing came within ${within / 1000} s`) : error);
    request({ ...at, signal }, (response) => {
      const parts: string[] = [];
      response.setEncoding('utf8').on('data', (part: string) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parts.join('') }));
      response.on('error', failed);
    })
      .on('error', failed)
      .end();
  });
}
