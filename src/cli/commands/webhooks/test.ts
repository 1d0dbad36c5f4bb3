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
      const [{ url }, told] = await withDatabase(settings(), async (database) => {
        const webhook = await readToldWebhook(database, name);
        return [webhook, await testWebhook(webhook, { database, poster, signal, now: Date.now })] as const;
      });
      if (options.json) printJson(told);
      else print(told.taken ? `It was taken: ${url} answered ${told.status}.` : `It was not taken: ${told.problem}.`);
      return told.taken ? 0 : 1;
    } finally {
      poster.close();
    }
  },
});
