import { addWebhook, eventTypes, requireWebhook } from '../../../exchange/webhooks/webhook.ts';
import { audit, operator } from '../../../people/audit.ts';
import { requireAccount } from '../../../people/people.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { withNewDatabase } from '../../with-database.ts';

const meanings = Object.entries(eventTypes)
  .map(([type, meaning]) => `${type}: ${meaning}`)
  .join(';\n');

export const add = defineSubcommand({
  summary: 'Add a webhook: an address that is told what happens, from now on.',
  description: `The address must be at a host of the setting webhook-hosts. It gets a POST of JSON for each event, signed as Standard Webhooks says:
headers webhook-id, webhook-timestamp and webhook-signature. The secret is shown this once. Events are, one by one or as record.*, job.*, held.*:
${meanings}.
Nothing is told that its owner may not see at that moment: with --as NAME this person, otherwise what everybody may see.`,
  examples: [
    {
      command: 'webhooks add discovery https://hooks.example/library --events "record.*"',
      doc: 'Every change of a record that everybody may open.',
    },
    {
      command: 'webhooks add desk https://hooks.example/desk --events held.added --events job.failed --as alice',
      doc: 'What waits, and jobs that fail, as far as alice may see them.',
    },
  ],
  arguments: {
    name: { doc: 'What you call it: letters, digits, hyphens.' },
    address: { doc: 'https://HOST/PATH' },
  },
  options: {
    events: { type: 'list', value: 'EVENT', doc: 'What it is told of; may be given several times. Default: record.*' },
    as: { type: 'text', value: 'NAME', doc: 'Whose rights decide what it is told.' },
    ...jsonOption,
  },
  run: async ({ arguments: { name, address }, options, settings, print, printJson }) => {
    const { webhookHosts: hosts, webhookNetworks: networks } = settings();
    const { events = [], as } = options;
    const asked = { name, url: address, events: events.length === 0 ? ['record.*'] : events.flatMap(separate) };
    const wanted = requireWebhook(asked, { hosts, networks });
    const { secret } = await withNewDatabase(settings(), async (database) => {
      const owner = as === undefined ? undefined : await requireAccount(database, as);
      return await database.transaction(async (transaction) => {
        await audit(transaction, operator, 'webhook added', wanted.name, { url: wanted.url, owner: owner?.name });
        return await addWebhook(transaction, wanted, owner?.id);
      });
    });
    if (options.json) return printJson({ ...wanted, secret });
    print(`Webhook ${wanted.name} is added. Its secret, shown this once: ${secret}`);
    print(`Try it with \`reperio webhooks test ${wanted.name}\`.`);
  },
});

function separate(text: string): readonly string[] {
  return text.split(/[\s,]+/);
}
