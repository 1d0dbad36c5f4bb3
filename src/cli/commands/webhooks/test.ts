import { openPoster } from '../../../exchange/webhooks/post.ts';
import { testWebhook } from '../../../exchange/webhooks/tell.ts';
import { readToldWebhook } from '../../../exchange/webhooks/webhook.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { withDatabase } from '../../with-database.ts';
import { nameArgument } from './list.ts';

export const test = defineSubcommand({
  summary: 'Send a message of the type webhook.test now, and say what was answered.',
  examples: [
    { command: 'webhooks test discovery', doc: 'From this host, which may reach other networks than the server.' },
  ],
  arguments: nameArgument,
  options: jsonOption,
  run: async ({ arguments: { name }, options, settings, signal, print, printJson }) => {
    const { webhookHosts: hosts, webhookNetworks: networks } = settings();
    const poster = openPoster({ hosts, networks });
    try {
      const webhook = await withDatabase(settings(), (database) => readToldWebhook(database, name));
      const told = await testWebhook(webhook, { poster, signal, now: Date.now });
      if (options.json) printJson(told);
      else
        print(
          told.taken ? `It was taken: ${webhook.url} answered ${told.status}.` : `It was not taken: ${told.problem}.`,
        );
      return told.taken ? 0 : 1;
    } finally {
      poster.close();
    }
  },
});
