import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transporter } from 'nodemailer';
import { UserError } from '../errors/errors.ts';
import { mailErrors } from './errors.ts';

/** Plain text, as mail should be. */
export interface Email {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** False: there is no mail server, and e-mails are kept as files. */
  readonly sends: boolean;
  /**
   * Sends it by and by; never waits and never throws, so that nobody learns by the time it takes
   * whether there was an e-mail.
   */
  post(letter: Email): void;
  /** Resolves when all that was posted is sent or given up. */
  settled(): Promise<void>;
  /** Gives up what still waits for another attempt. */
  close(): Promise<void>;
}

export interface MailerOptions {
  /** Undefined: e-mails are kept as files. */
  readonly smtpUrl: string | undefined;
  /** Where e-mails are kept that cannot be sent. */
  readonly outbox: string;
  /** Takes a sentence for the log; never what is in an e-mail. */
  readonly tell: (level: 'info' | 'warn' | 'error', sentence: string) => void;
  /** Pauses before each attempt, in ms. */
  readonly pauses?: readonly number[];
}

const standardPauses = [0, 5_000, 60_000];
/** Milliseconds. */
export const timeouts = { connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 30_000 };

/**
 * Its forty modules are read for the first e-mail. The supervisor has them from the beginning
 * (direct.ts), since alerts must go when no file can be opened.
 */
const loadMail = () => import('nodemailer');

/** Throws `smtpWrong`. */
export function requireSmtp(smtpUrl: string): void {
  if (!/^smtps?:\/\/[^/]+/.test(smtpUrl)) throw new UserError(mailErrors.smtpWrong);
}

/** Throws `smtpWrong`. The server is not asked before there is an e-mail. */
export function openMailer(options: MailerOptions): Mailer {
  const { smtpUrl, pauses = standardPauses } = options;
  if (smtpUrl !== undefined) requireSmtp(smtpUrl);
  let opened: Promise<Transporter> | undefined;
  const transport = (url: string): Promise<Transporter> => {
    opened ??= loadMail().then(
      ({ createTransport }) => createTransport({ url, ...timeouts }),
      (error: unknown) => {
        opened = undefined;
        throw error;
      },
    );
    return opened;
  };
  const closing = new AbortController();
  const posted = new Set<Promise<void>>();

  async function keep(letter: Email, reason: string): Promise<void> {
    const { createTransport } = await loadMail();
    const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
    const { message } = await composer.sendMail(letter);
    const file = join(
      options.outbox,
      `${new Date().toISOString().replaceAll(':', '-')}-${randomBytes(4).toString('hex')}.eml`,
    );
    await mkdir(options.outbox, { recursive: true, mode: 0o700 });
    // It may have a link in it that opens an account.
    await writeFile(file, message as Buffer, { mode: 0o600 });
    options.tell('warn', `${reason}: the e-mail to ${letter.to} was kept as ${file}`);
  }

  async function deliver(letter: Email): Promise<void> {
    if (smtpUrl === undefined) return keep(letter, 'No smtp-url is set');
    let reason = '';
    for (const pause of pauses) {
      if (pause > 0) await sleep(pause, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) break;
      try {
        await (await transport(smtpUrl)).sendMail(letter);
        return options.tell('info', `Sent an e-mail to ${letter.to}`);
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        options.tell('warn', `An e-mail to ${letter.to} could not be sent: ${reason}`);
      }
    }
    await keep(letter, `It could not be sent (${reason})`);
  }

  return {
    sends: smtpUrl !== undefined,
    post: (letter) => {
      const work: Promise<void> = deliver(letter)
        .catch((error: unknown) => options.tell('error', `An e-mail to ${letter.to} is lost: ${String(error)}`))
        .finally(() => posted.delete(work));
      posted.add(work);
    },
    settled: async () => {
      await Promise.all(posted);
    },
    close: async () => {
      closing.abort();
      await Promise.all(posted);
      (await opened?.catch(() => undefined))?.close();
    },
  };
}
