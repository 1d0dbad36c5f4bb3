import { addAbortSignal, type Readable, type Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { UserError } from '../errors/errors.ts';
import { cliErrors } from './errors.ts';

/** Where a secret comes from, and where it is asked for. */
export interface SecretPlace {
  readonly stdin: Readable;
  readonly stderr: Writable;
  readonly signal: AbortSignal;
}

/**
 * The first line of standard input. Where somebody types it is asked for, and does not show.
 * Rejects with an AbortError at Ctrl-C or another signal, and with
 * `notTyped` when the terminal goes away before Enter: half a password is none.
 */
export async function secretLine({ stdin, stderr, signal }: SecretPlace): Promise<string> {
  addAbortSignal(signal, stdin);
  stdin.setEncoding('utf8');
  return isTerminal(stdin) ? await typedLine(stdin, stderr) : await firstLine(stdin);
}

function isTerminal(stdin: Readable): stdin is ReadStream {
  return (stdin as Readable & { readonly isTTY?: boolean }).isTTY === true;
}

/** Never the rest: a file of secrets may end in a line break. */
async function firstLine(stdin: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
}

/** What terminals send for keys that are no signs, and around what is pasted (ECMA-48, 5.4). */
const keySequence = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[O@-Z\\-_a-z].?)/g;

async function typedLine(terminal: ReadStream, stderr: Writable): Promise<string> {
  let typed: string[] = [];
  try {
    // Before it is asked for: what a fast hand types at once must not show either.
    terminal.setRawMode(true);
    stderr.write('Password (not shown): ');
    for await (const chunk of terminal) {
      for (const sign of String(chunk).replace(keySequence, '')) {
        if (sign === '\r' || sign === '\n') return typed.join('');
        if (sign === '\x04' && typed.length === 0) return '';
        // In raw mode the terminal does not do it.
        if (sign === '\x03') process.kill(process.pid, 'SIGINT');
        else if (sign === '\x7f' || sign === '\b') typed.pop();
        else if (sign === '\x15') typed = [];
        else if (sign >= ' ') typed.push(sign);
      }
    }
  } catch (error) {
    // A terminal that has gone away cannot be read.
    if (error instanceof Error && 'code' in error && error.code === 'EIO') throw new UserError(cliErrors.notTyped);
    throw error;
  } finally {
    if (!terminal.destroyed) terminal.setRawMode(false);
    stderr.write('\n');
  }
  throw new UserError(cliErrors.notTyped);
}
