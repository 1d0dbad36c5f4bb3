import { createTransport } from 'nodemailer';
import { type Email, requireSmtp, timeouts } from './mailer.ts';

/** A mail server that is asked at once, for who wants to know what became of an e-mail. */
export interface DirectMail {
  /** Rejects when the server did not take it. */
  send(letter: Email): Promise<void>;
  /** Rejects when no e-mail could be sent at present. */
  verify(): Promise<void>;
  close(): void;
}

/** Throws `smtpWrong`. */
export function openDirectMail(smtpUrl: string): DirectMail {
  requireSmtp(smtpUrl);
  const transport = createTransport({ url: smtpUrl, ...timeouts });
  return {
    send: async (letter) => {
      await transport.sendMail(letter);
    },
    verify: async () => {
      await transport.verify();
    },
    close: () => transport.close(),
  };
}
