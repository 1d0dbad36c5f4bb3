import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, constants, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SmsGateway } from '../../config/sms-gateway.ts';
import { UserError } from '../../errors/errors.ts';
import { alertErrors } from './errors.ts';

/** A text message: at most 160 signs of ASCII, to a number that begins with +. */
export interface Sms {
  readonly to: string;
  readonly text: string;
}

/** A program or server has so long to take a message. Milliseconds. */
const within = 20_000;
const run = promisify(execFile);

/** Hands a message to the gateway. Throws `gatewayRefused`. Gateways by mail are the mailer's. */
export async function handToGateway(gateway: Exclude<SmsGateway, { kind: 'mail' }>, sms: Sms): Promise<void> {
  try {
    if (gateway.kind === 'spool') await spool(gateway.folder, sms);
    else if (gateway.kind === 'command') await command(gateway.words, sms);
    else await request(gateway, sms);
  } catch (error) {
    throw new UserError(alertErrors.gatewayRefused, { to: sms.to, reason: reasonOf(error) }, error);
  }
}

/** Can it take messages, as far as one can tell without sending one? Throws with the reason. */
export async function probeGateway(gateway: SmsGateway): Promise<void> {
  if (gateway.kind === 'spool') {
    await access(gateway.folder, constants.W_OK);
    if (!(await stat(gateway.folder)).isDirectory()) throw new Error(`${gateway.folder} is not a folder`);
  } else if (gateway.kind === 'command') await access(gateway.words[0], constants.X_OK);
  else if (gateway.kind === 'http')
    // Whatever it answers: it is there.
    await fetch(new URL(gateway.url.replaceAll(/[{}]/g, '')).origin, {
      method: 'HEAD',
      signal: AbortSignal.timeout(within),
    });
}

/** smstools leaves alone what begins with a dot, and a name appears at once. */
async function spool(folder: string, { to, text }: Sms): Promise<void> {
  const name = `reperio-${Date.now()}-${randomBytes(4).toString('hex')}`;
  const part = join(folder, `.${name}`);
  await writeFile(part, `To: ${to.replace(/^\+/, '')}\n\n${text}\n`, { mode: 0o660 });
  await rename(part, join(folder, name));
}

async function command([program, ...words]: readonly [string, ...string[]], sms: Sms): Promise<void> {
  await run(
    program,
    words.map((word) => filled(word, sms, (text) => text)),
    { timeout: within, killSignal: 'SIGKILL' },
  );
}

async function request({ url, body }: Extract<SmsGateway, { kind: 'http' }>, sms: Sms): Promise<void> {
  const address = filled(url, sms, encodeURIComponent);
  const isJson = body?.trimStart().startsWith('{') === true;
  const sent =
    body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' },
          body: filled(body, sms, isJson ? (text) => JSON.stringify(text).slice(1, -1) : encodeURIComponent),
        };
  const answer = await fetch(address, { ...sent, redirect: 'error', signal: AbortSignal.timeout(within) });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`it answered ${answer.status} ${said.slice(0, 100).replace(/\s+/g, ' ')}`.trimEnd());
}

function filled(text: string, sms: Sms, written: (text: string) => string): string {
  return text.replace(/\{(to|text)\}/g, (_, name: 'to' | 'text') => written(sms[name]));
}

/** Without addresses, which may have a secret in them. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('killed' in error && error.killed === true) return `it had not ended after ${within / 1000} s`;
  if ('code' in error && typeof error.code === 'number') return `it ended with status ${error.code}`;
  const { cause } = error;
  const inner = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return inner ?? error.message.replace(/https?:\/\/\S+/g, 'its address');
}
