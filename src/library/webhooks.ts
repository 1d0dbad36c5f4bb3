import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { runWebhooks, type WebhooksContext, type WebhooksOptions } from '../exchange/webhooks/run.ts';
import { openMailer } from '../mail/mailer.ts';

/** Sends webhooks until the signal, whenever no other process of the library does. */
export async function sendWebhooks(
  { settings, ...context }: Pick<WebhooksContext, 'database' | 'url' | 'signal'> & { readonly settings: Settings },
  options: WebhooksOptions = {},
): Promise<void> {
  const { smtpUrl, dataFolder, baseUrl, mailFrom, webhookHosts, webhookNetworks, webhookGiveUp } = settings;
  const mailer = openMailer({
    ...{ smtpUrl, outbox: join(dataFolder, 'outbox') },
    tell: (level, sentence) => level !== 'info' && options.onTrouble?.(sentence),
  });
  try {
    await runWebhooks(
      {
        ...{ ...context, baseUrl, mailFrom, giveUp: webhookGiveUp },
        allowed: { hosts: webhookHosts, networks: webhookNetworks },
        post: (email) => mailer.post(email),
      },
      options,
    );
  } finally {
    await mailer.close();
  }
}
