import type { Settings } from '../../config/settings.ts';
import { parseSmsGateway } from '../../config/sms-gateway.ts';
import { UserError } from '../../errors/errors.ts';
import { openDirectMail } from '../../mail/direct.ts';
import type { Mailer } from '../../mail/mailer.ts';
import type { Operators } from '../operators.ts';
import { alertErrors } from './errors.ts';
import { handToGateway, probeGateway } from './gateway.ts';
import type { MessageText } from './message-text.ts';
import type { Recipient } from './recipients.ts';

export type SendSettings = Pick<Settings, 'smtpUrl' | 'smsGateway'>;

/** The ways to recipients. */
export interface AlertSender {
  /** How a recipient is reached: "smtp", "spool". */
  way(recipient: Recipient): string;
  /** Resolves when the message was taken by the next program; throws why it was not. */
  send(recipient: Recipient, message: MessageText, operators: Pick<Operators, 'from'>): Promise<void>;
  /** Can messages be sent at present? Throws why not. */
  probe(): Promise<void>;
  close(): void;
}

/** `keep`: takes e-mails while no mail server is set, which keeps them as files. */
export function createSender({ smtpUrl, smsGateway }: SendSettings, keep: Pick<Mailer, 'post'>): AlertSender {
  const mail = smtpUrl === undefined ? undefined : openDirectMail(smtpUrl);
  const gateway = smsGateway === undefined ? undefined : parseSmsGateway(smsGateway);

  async function email(to: string, { subject, text }: { subject: string; text: string }, from: string): Promise<void> {
    const letter = { from, to, subject, text };
    if (mail === undefined) keep.post(letter);
    else await mail.send(letter);
  }

  return {
    way: ({ number }) => {
      if (number === undefined) return mail === undefined ? 'outbox' : 'smtp';
      return gateway?.kind ?? 'no sms-gateway';
    },
    send: async ({ address, number, isShort }, message, { from }) => {
      if (number === undefined) {
        const { subject, text, short } = message;
        return email(address, isShort ? { subject: 'ALERT', text: `${short}\n` } : { subject, text }, from);
      }
      if (gateway === undefined) throw new UserError(alertErrors.noGateway, { to: number });
      if (gateway.kind !== 'mail') return handToGateway(gateway, { to: number, text: message.short });
      const to = gateway.address.replaceAll('{to}', number.replace(/^\+/, '00'));
      return email(to, { subject: 'ALERT', text: `${message.short}\n` }, from);
    },
    probe: async () => {
      await mail?.verify();
      if (gateway !== undefined) await probeGateway(gateway);
    },
    close: () => mail?.close(),
  };
}
