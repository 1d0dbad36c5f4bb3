import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readRecipient } from './read-recipient.ts';
import type { AlertSender } from './send.ts';
import { smsText } from './sms-text.ts';

const { createServer } = process.getBuiltinModule('node:http');

/** What Alertmanager posts to a webhook, as far as it is told. */
interface Posted {
  readonly alerts?: readonly {
    readonly status?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}

export interface RelayOptions {
  readonly sender: Pick<AlertSender, 'send'>;
  /** 0 takes a free one. */
  readonly port: number;
  readonly say: (sentence: string) => void;
}

export interface Relay {
  readonly address: string;
  close(): Promise<void>;
}

/** Of several hundred alerts; a text message has room for one. */
const mostBytes = 1_000_000;

/**
 * Takes what Alertmanager posts to /sms?to=+NUMBER, and sends it as one text message. Answers 503
 * when the gateway did not take it, so that Alertmanager tries again. Listens on this machine only.
 */
export async function startRelay({ sender, port, say }: RelayOptions): Promise<Relay> {
  async function relay(request: IncomingMessage): Promise<readonly [number, string]> {
    const url = new URL(request.url ?? '/', 'http://relay');
    if (request.method !== 'POST' || url.pathname !== '/sms') return [404, 'post to /sms?to=+NUMBER'];
    let to: ReturnType<typeof readRecipient>;
    let text: string;
    try {
      to = readRecipient(`sms:${url.searchParams.get('to') ?? ''}`);
      text = textOf(JSON.parse(await bodyOf(request)) as Posted);
    } catch (error) {
      return [400, error instanceof Error ? error.message : String(error)];
    }
    try {
      await sender.send(to, { subject: 'ALERT', text, short: smsText(text) }, { from: '' });
      say(`An alert was sent to ${to.address}: ${smsText(text)}`);
      return [200, 'sent'];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say(`An alert could not be sent to ${to.address}: ${reason}`);
      return [503, reason];
    }
  }
  const server = createServer((request, response) => {
    relay(request).then(
      ([status, said]) => response.writeHead(status).end(`${said}\n`),
      () => response.destroy(),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function textOf({ alerts = [] }: Posted): string {
  const firing = alerts.filter(({ status }) => status !== 'resolved');
  const told = firing.length > 0 ? firing : alerts;
  const [first] = told;
  const what = first?.annotations?.['summary'] ?? first?.labels?.['alertname'] ?? 'something is wrong';
  return `${firing.length > 0 ? 'ALERT' : 'RESOLVED'} ${what}${told.length > 1 ? ` (and ${told.length - 1} more)` : ''}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBytes) throw new Error('that is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
