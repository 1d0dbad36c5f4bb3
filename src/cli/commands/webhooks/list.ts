import { listWebhooks, removeWebhook, switchWebhook, type Webhook } from '../../../exchange/webhooks/webhook.ts';
import { audit, operator } from '../../../people/audit.ts';
import type { Transaction } from '../../../store/database.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { timeText } from '../../job-text.ts';
import { type Column, tableLines, windowOf } from '../../terminal.ts';
import { withDatabase } from '../../with-database.ts';

export const nameArgument = { name: { doc: 'Name of the webhook, as `webhooks list` shows it.' } } as const;

export const list = defineSubcommand({
  summary: 'List webhooks: where they send, and whether they are taken.',
  examples: [
    { command: 'webhooks list', doc: 'All of them, without their secrets.' },
    { command: 'webhooks list --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: jsonOption,
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const webhooks = await withDatabase(settings(), listWebhooks);
    if (options.json) return printJson(webhooks);
    if (webhooks.length === 0) return print('There are no webhooks. `reperio webhooks add NAME ADDRESS` makes one.');
    for (const line of tableLines(columns, webhooks.map(cells), windowOf(stdout, environment))) print(line);
  },
});

export const remove = defineSubcommand({
  summary: 'Remove a webhook, with its log.',
  examples: [{ command: 'webhooks remove discovery', doc: 'Nothing more is sent.' }],
  arguments: nameArgument,
  options: {},
  run: async ({ arguments: { name }, settings, print }) => {
    await changed(settings(), 'webhook removed', name, (transaction) => removeWebhook(transaction, name));
    print(`Webhook ${name} is removed.`);
  },
});

export const on = defineSubcommand({
  summary: 'Switch a webhook on again: it is told of what happens from now on.',
  examples: [{ command: 'webhooks on discovery', doc: 'What failed before can be sent by `webhooks resend`.' }],
  arguments: nameArgument,
  options: {},
  run: async ({ arguments: { name }, settings, print }) => {
    await changed(settings(), 'webhook on', name, (transaction) => switchWebhook(transaction, name, true));
    print(`Webhook ${name} is on.`);
  },
});

export const off = defineSubcommand({
  summary: 'Switch a webhook off: what happens meanwhile is not kept for it.',
  examples: [{ command: 'webhooks off discovery', doc: 'Until `webhooks on discovery`.' }],
  arguments: nameArgument,
  options: {},
  run: async ({ arguments: { name }, settings, print }) => {
    await changed(settings(), 'webhook off', name, (transaction) => switchWebhook(transaction, name, false));
    print(`Webhook ${name} is off.`);
  },
});

async function changed(
  settings: Parameters<typeof withDatabase>[0],
  what: 'webhook removed' | 'webhook on' | 'webhook off',
  name: string,
  change: (transaction: Transaction) => Promise<void>,
): Promise<void> {
  await withDatabase(settings, (database) =>
    database.transaction(async (transaction) => {
      await change(transaction);
      await audit(transaction, operator, what, name);
    }),
  );
}

const columns: readonly Column[] = [
  { head: 'NAME' },
  { head: 'ADDRESS' },
  { head: 'EVENTS' },
  { head: 'OWNER' },
  { head: 'LAST TAKEN (UTC)' },
  { head: 'WAITING', right: true },
  { head: 'STATE' },
];

function cells({ name, url, events, owner, succeeded, waiting, ...webhook }: Webhook): readonly string[] {
  const last = succeeded === undefined ? 'never' : timeText(succeeded);
  return [
    name,
    url,
    events.join(' '),
    owner ?? 'none: what everybody may see',
    last,
    String(waiting),
    stateText(webhook),
  ];
}

function stateText({ active, failing, offReason }: Pick<Webhook, 'active' | 'failing' | 'offReason'>): string {
  if (!active) return offReason === undefined ? 'off' : `off: ${offReason}`;
  return failing === undefined ? 'on' : `failing since ${timeText(failing)}`;
}
