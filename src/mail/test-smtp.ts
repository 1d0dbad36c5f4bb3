import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface ReceivedEmail {
  readonly to: readonly string[];
  /** Head and body, decoded as far as tests need: quoted-printable is undone. */
  readonly text: string;
}

export interface TestSmtp {
  readonly url: string;
  readonly received: ReceivedEmail[];
  /** The next so many letters are refused for now. */
  refuse(count: number): void;
  stop(): Promise<void>;
}

/** For tests: a real mail server on this machine that keeps what it gets. */
export async function startSmtp(at = 0): Promise<TestSmtp> {
  const received: ReceivedEmail[] = [];
  let refusals = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, callback) => {
      text(stream).then((raw) => {
        if (refusals > 0) {
          refusals--;
          return callback(Object.assign(new Error('come again later'), { responseCode: 451 }));
        }
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: decode(raw) });
        callback();
      }, callback);
    },
  });
  server.listen(at, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    refuse: (count) => {
      refusals = count;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function decode(raw: string): string {
  if (!/^content-transfer-encoding: quoted-printable/im.test(raw)) return raw;
  const bytes = raw
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
