import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Where a secret comes from, and where it is asked for. */
export interface SecretPlace {
  readonly stdin: Readable;
  readonly stderr: Writable;
  readonly signal: AbortSignal;
}

/** The first line of standard input. Where somebody types it is asked for, and does not show. Rejects with an AbortError at Ctrl-C. */
export async function secretLine({ stdin, stderr, signal }: SecretPlace): Promise<string> {
  // Never the rest: a file of secrets may end in a line break.
  if ((stdin as Readable & { readonly isTTY?: boolean }).isTTY !== true)
    return (await text(stdin)).split(/\r?\n/)[0] ?? '';
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  // In raw mode the terminal does not do it.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  stderr.write('Password (it does not show): ');
  try {
    const closed = once(lines, 'close').then(() => ['']);
    const [line] = await Promise.race([once(lines, 'line', { signal }), closed]);
    return String(line);
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
