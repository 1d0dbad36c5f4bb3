import { readdir } from 'node:fs/promises';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Check } from '../definition.ts';
import { counted, reasonOf } from './parts.ts';

export const mail: Check = {
  name: 'mail',
  question: 'Does mail leave?',
  summary: 'E-mails in the folder `outbox`, which could not be sent.',
  warning: '0',
  critical: '1000',
  page: 'Mail that does not leave',
  every: 30_000,
  run: async ({ settings, signal }) => {
    const outbox = join(settings.dataFolder, 'outbox');
    const names = await readdir(outbox).catch(() => []);
    const kept = names.filter((name) => name.endsWith('.eml')).length;
    const waits = `${counted(kept, 'e-mail is', 'e-mails are')} kept in ${outbox}`;
    const measures = [{ label: 'outbox', value: kept, unit: '' as const, minimum: 0 }];
    const fix = kept > 0 ? `ls -l ${outbox}` : 'reperio config list --changed';
    const url = settings.smtpUrl === undefined ? undefined : URL.parse(settings.smtpUrl);
    if (settings.smtpUrl === undefined)
      return { isUnused: true, sentence: `No mail server is set (smtp-url); ${waits}.`, measures, fix };
    if (!url) return { atLeast: 'critical', sentence: `smtp-url is no address; ${waits}.`, measures, fix };
    const isTls = url.protocol === 'smtps:';
    const at = { host: url.hostname, port: Number(url.port || (isTls ? 465 : 587)) };
    const greeting = await greet(at, isTls, signal).catch((error: unknown) => new Error(reasonOf(error)));
    const server = `${at.host}:${at.port}`;
    if (greeting instanceof Error || !greeting.startsWith('220'))
      return {
        atLeast: 'critical',
        sentence: `The mail server ${server} does not take mail: ${greeting instanceof Error ? greeting.message : greeting}; ${waits}.`,
        measures,
        fix: `openssl s_client -connect ${server}${isTls ? '' : ' -starttls smtp'} </dev/null`,
      };
    return { sentence: `The mail server ${server} answers; ${waits}.`, measures, fix };
  },
};

/** Milliseconds. */
const within = 5_000;

/** The first line that the server says; it is told goodbye. */
async function greet(at: { host: string; port: number }, isTls: boolean, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = isTls
      ? connectTls({ ...at, servername: at.host, rejectUnauthorized: false })
      : connectPlain(at);
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    socket.setTimeout(within, () => fail(new Error(`it said nothing for ${within / 1000} s`)));
    socket.once('error', fail);
    socket.once('close', () => reject(new Error('it closed the connection')));
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (!said.includes('\n') && said.length < 1000) return;
      socket.end('QUIT\r\n');
      resolve(said.split('\r')[0]!.split('\n')[0]!);
    });
  });
}
