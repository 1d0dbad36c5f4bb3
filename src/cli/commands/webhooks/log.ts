import { type LoggedMessage, messageStates, readMessages, resendMessages } from '../../../exchange/webhooks/log.ts';
import { readWebhook } from '../../../exchange/webhooks/webhook.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { timeText } from '../../job-text.ts';
import { type Column, tableLines, windowOf } from '../../terminal.ts';
import { withDatabase } from '../../with-database.ts';
import { nameArgument } from './list.ts';

const usualLimit = 50;

export const log = defineSubcommand({
  summary: 'Show what was sent by a webhook, and what became of it, the newest first.',
  examples: [
    { command: 'webhooks log discovery', doc: 'The last messages.' },
    { command: 'webhooks log discovery --state failed --limit 500', doc: 'Those that nobody took for a day.' },
  ],
  arguments: nameArgument,
  options: {
    state: { type: 'text', value: 'STATE', doc: 'Only waiting, sent or failed ones.', choices: messageStates },
    limit: { type: 'number', value: 'N', doc: `How many; default ${usualLimit}.`, minimum: 1, maximum: 10_000 },
    ...jsonOption,
  },
  run: async ({ arguments: { name }, options, settings, environment, stdout, print, printJson }) => {
    const { state, limit = usualLimit } = options;
    const messages = await withDatabase(settings(), async (database) =>
      readMessages(database, await readWebhook(database, name), {
        state: messageStates.find((one) => one === state),
        limit,
      }),
    );
    if (options.json) return printJson(messages);
    if (messages.length === 0) return print('There are no messages in the log.');
    for (const line of tableLines(columns, messages.map(cells), windowOf(stdout, environment))) print(line);
  },
});

export const resend = defineSubcommand({
  summary: 'Send messages of the log once more: one, or all that failed.',
  examples: [
    { command: 'webhooks resend discovery', doc: 'All that failed.' },
    { command: 'webhooks resend discovery evt_1_42_0', doc: 'One, whatever became of it.' },
  ],
  arguments: { ...nameArgument, message: { doc: 'Id of the message, as `webhooks log` shows it.', optional: true } },
  options: {},
  run: async ({ arguments: { name, message }, settings, print }) => {
    const count = await withDatabase(settings(), async (database) => {
      const webhook = await readWebhook(database, name);
      return await database.transaction((transaction) => resendMessages(transaction, webhook, message ?? 'failed'));
    });
    print(
      count === 0
        ? 'No message has failed.'
        : `${count === 1 ? '1 message is' : `${count} messages are`} sent once more.`,
    );
  },
});

const columns: readonly Column[] = [
  { head: 'HAPPENED (UTC)' },
  { head: 'MESSAGE' },
  { head: 'EVENT' },
  { head: 'SUBJECT' },
  { head: 'STATE' },
  { head: 'ATTEMPTS', right: true },
  { head: 'LAST ANSWER' },
];

function cells({
  happened,
  id,
  type,
  subject,
  state,
  attempts,
  status,
  took,
  problem,
}: LoggedMessage): readonly string[] {
  const answer = problem ?? (status === null ? '' : `${status} in ${took} ms`);
  return [timeText(happened), id, type, subject, state, String(attempts), answer];
}
