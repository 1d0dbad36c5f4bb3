import { join } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { openMailer } from '../../mail/mailer.ts';
import { type Alert, shownState } from '../../monitor/alerts/alert.ts';
import { alertFile } from '../../monitor/alerts/alert-file.ts';
import { askOfAlerts, knownAlerts, type NotedIn } from '../../monitor/alerts/ask-alerts.ts';
import { alertErrors } from '../../monitor/alerts/errors.ts';
import { testText } from '../../monitor/alerts/message-text.ts';
import { readRecipient } from '../../monitor/alerts/read-recipient.ts';
import { readSilence, readTime } from '../../monitor/alerts/read-time.ts';
import { dutiesOf, type Recipient, recipientsAt, wallTime } from '../../monitor/alerts/recipients.ts';
import { startRelay } from '../../monitor/alerts/relay.ts';
import { createSender } from '../../monitor/alerts/send.ts';
import { withAdmin } from '../../monitor/alerts/watch-alerts.ts';
import { gapsOf, weekLines } from '../../monitor/alerts/week.ts';
import { createOperators } from '../../monitor/operators.ts';
import { duration } from '../../monitor/status/numbers.ts';
import { connect, type Database } from '../../store/database.ts';
import { storeUrl } from '../../store/open.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { type Column, tableLines, windowOf } from '../terminal.ts';

const nameArgument = { name: { doc: 'Name of the alert, as `alert list` shows it; all means each of them.' } } as const;

/** Milliseconds: at night nobody waits for a database that is away. */
const times = { connectTimeout: 2_000, statementTimeout: 5_000, lockTimeout: 5_000 };

/** Never starts the embedded server: alerts are looked at because it may be away. */
async function asking<T>(settings: Settings, work: (database: Database) => Promise<T>): Promise<T> {
  const database = connect(storeUrl(settings), { ...times, poolSize: 1 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

const list = defineSubcommand({
  summary: 'List alerts: what is wrong, since when, and who is at it.',
  description:
    'While the database is away, what this node knows. Exit status 1: something fires that nobody has acknowledged.',
  examples: [
    { command: 'alert list', doc: 'What is wrong now.' },
    { command: 'alert list --all --json', doc: 'Also what was resolved in the last week, for programs.' },
  ],
  arguments: {},
  options: { all: { type: 'flag', doc: 'Also what was resolved in the last week.' }, ...jsonOption },
  failureStatus: 2,
  run: async ({ options, settings, environment, stdout, stderr, print, printJson }) => {
    const given = settings();
    const found = await asking(given, (database) => knownAlerts(database, alertFile(given.dataFolder)));
    const now = Date.now();
    const rows = [...found.alerts.values()]
      .map((alert) => ({ ...alert, shown: shownState(alert, now) }))
      .filter(({ shown }) => options.all || shown !== 'resolved');
    if (options.json) printJson(rows);
    else {
      if (found.from === 'data folder') stderr.write('The database is away: this is what this node knows.\n');
      if (rows.length === 0) print('No alerts.');
      else
        for (const line of tableLines(
          columns,
          rows.map((row) => rowOf(row, now)),
          windowOf(stdout, environment),
        ))
          print(line);
    }
    return rows.some(({ shown }) => shown === 'firing') ? 1 : 0;
  },
});

const ack = defineSubcommand({
  summary: 'Acknowledge an alert: say that you are at it.',
  description: 'It is not repeated, and nobody else is told after 15 minutes. The end of it is told.',
  examples: [{ command: 'alert ack database', doc: 'For all nodes; while the database is away, for this one.' }],
  arguments: nameArgument,
  options: { by: { type: 'text', value: 'NAME', doc: 'Who is at it; default: the user of the command.' } },
  run: async ({ arguments: { name }, options, settings, environment, print }) => {
    const by = options.by ?? environment['USER'] ?? 'operator';
    const noted = await note(settings(), { name, at: Date.now(), acknowledge: by });
    print(`Acknowledged ${name} by ${by}${where(noted)}.`);
  },
});

const silence = defineSubcommand({
  summary: 'Send nothing about an alert for a while.',
  examples: [
    { command: 'alert silence disk@web1 --for 2h', doc: 'Also when it does not fire yet.' },
    { command: 'alert silence all --for 30min', doc: 'During maintenance.' },
    { command: 'alert silence all --end', doc: 'The end of it.' },
  ],
  arguments: nameArgument,
  options: {
    for: { type: 'text', value: 'TIME', doc: 'How long, such as 30min, 2h or 3d; default: 2h.' },
    end: { type: 'flag', doc: 'End the silence.' },
  },
  run: async ({ arguments: { name }, options, settings, print }) => {
    const length = options.end ? 0 : readSilence(options.for ?? '2h');
    const at = Date.now();
    const noted = await note(settings(), { name, at, silentUntil: at + length });
    print(
      options.end
        ? `The silence of ${name} has ended${where(noted)}.`
        : `Nothing is sent about ${name} for ${duration(length)}${where(noted)}.`,
    );
  },
});

const test = defineSubcommand({
  summary: 'Show who would be told, and send them a test.',
  examples: [
    { command: "alert test --at 'Mon 03:00' --dry-run", doc: 'Who is on duty then, and what they would read.' },
    { command: 'alert test --recipient sms:+41761111111', doc: 'Only to this one.' },
    { command: 'alert test', doc: 'To everybody who is on duty now.' },
  ],
  arguments: {},
  options: {
    at: { type: 'text', value: 'TIME', doc: "As if it were then: 'Mon 03:00', '2026-12-24 03:00'." },
    'dry-run': { type: 'flag', doc: 'Send nothing.' },
    recipient: {
      type: 'text',
      value: 'RECIPIENT',
      doc: 'An e-mail address or sms:+NUMBER in the place of those on duty.',
    },
    ...jsonOption,
  },
  run: async ({ options, settings, stderr, print, printJson }) => {
    const given = settings();
    const operators = await asking(given, (database) => createOperators(database, () => given)());
    const now = Date.now();
    const at = options.at === undefined ? now : readTime(options.at, given.timeZone, now);
    const recipients: readonly Recipient[] =
      options.recipient === undefined
        ? withAdmin(recipientsAt(dutiesOf(given.emergency), wallTime(at, given.timeZone)), operators.admin)
        : [readRecipient(options.recipient)];
    const mailer = openMailer({
      smtpUrl: undefined,
      outbox: join(given.dataFolder, 'outbox'),
      tell: (_, sentence) => stderr.write(`${sentence}\n`),
    });
    const sender = createSender(given, mailer);
    const letter = testText(given.nodeName, operators, at);
    const outcomes: { recipient: Recipient; way: string; text: string; problem?: string }[] = [];
    try {
      for (const recipient of recipients) {
        const one = { recipient, way: sender.way(recipient), text: recipient.isShort ? letter.short : letter.subject };
        const problem = options['dry-run']
          ? undefined
          : await sender.send(recipient, letter, operators).then(
              // A file in a folder wakes nobody.
              () =>
                one.way === 'outbox' ? 'smtp-url is not set, so the e-mail was kept in the folder outbox' : undefined,
              (error: unknown) => (error instanceof Error ? error.message : String(error)),
            );
        outcomes.push({ ...one, ...(problem === undefined ? {} : { problem }) });
      }
      await mailer.settled();
    } finally {
      sender.close();
      await mailer.close();
    }
    if (options.json) printJson(outcomes);
    else if (outcomes.length === 0) print('Nobody is on duty then, and the site file names no `admin`.');
    else for (const line of outcomes.map(outcomeLine)) print(line);
    return outcomes.length === 0 || outcomes.some(({ problem }) => problem !== undefined) ? 1 : 0;
  },
});

const recipients = defineSubcommand({
  summary: 'Show who is on duty, now or through the week.',
  description: 'Exit status 1: there are hours in which nobody is on duty.',
  examples: [
    { command: 'alert recipients', doc: 'Now.' },
    { command: 'alert recipients --week', doc: 'A picture of the week, with the hours in which nobody is on duty.' },
  ],
  arguments: {},
  options: { week: { type: 'flag', doc: 'Draw the week.' }, ...jsonOption },
  failureStatus: 2,
  run: async ({ options, settings, print, printJson }) => {
    const { emergency, timeZone } = settings();
    const duties = dutiesOf(emergency);
    const now = recipientsAt(duties, wallTime(Date.now(), timeZone));
    const gaps = gapsOf(duties);
    const zone = timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (options.json) printJson({ timeZone: zone, now, gaps, windows: duties });
    else if (duties.length === 0)
      print('The setting `emergency` is not set: only the `admin` of the site file gets e-mails.');
    else if (options.week) for (const line of [`Time zone: ${zone}`, ...weekLines(duties)]) print(line);
    else if (now.length === 0) print('Nobody is on duty now.');
    else for (const { window, address } of now) print(`${window.padEnd(22)} ${address}`);
    return gaps.length > 0 ? 1 : 0;
  },
});

const relay = defineSubcommand({
  summary: 'Send the alerts of Alertmanager as text messages.',
  description: `For a monitor host: Alertmanager posts to http://127.0.0.1:PORT/sms?to=+NUMBER, as \`cluster render alertmanager\` has it, and the setting \`sms-gateway\`
of this host sends it. Needs neither a library nor its database. Ends with Ctrl-C or SIGTERM.`,
  examples: [{ command: 'alert relay --port 9095', doc: 'As the unit reperio-relay does.' }],
  arguments: {},
  options: { port: { type: 'number', value: 'PORT', doc: 'The port to listen on; default 9095.' } },
  run: async ({ options, settings, signal, print }) => {
    const given = settings();
    if (given.smsGateway === undefined) throw new UserError(alertErrors.noGateway, { to: 'anybody' });
    const nothing = { post: () => undefined };
    const sender = createSender({ smtpUrl: given.smtpUrl, smsGateway: given.smsGateway }, nothing);
    const running = await startRelay({ sender, port: options.port ?? 9095, say: print });
    print(`Alerts are taken at ${running.address}/sms?to=+NUMBER`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await running.close();
    sender.close();
  },
});

export const command: CommandGroup = { alone: 'list', commands: { list, ack, silence, test, recipients, relay } };

async function note(settings: Settings, asked: Parameters<typeof askOfAlerts>[2]): Promise<NotedIn> {
  return asking(settings, (database) => askOfAlerts(database, alertFile(settings.dataFolder), asked));
}

function where(noted: NotedIn): string {
  return noted === 'database' ? '' : ' on this node, since the database is away';
}

const columns: readonly Column[] = [
  { head: 'alert' },
  { head: 'state' },
  { head: 'for', right: true },
  { head: 'what' },
];

function rowOf(alert: Alert & { readonly shown: string }, now: number): readonly string[] {
  const { name, shown, since, sentence, acknowledged, silencedUntil, flapping } = alert;
  const by = shown === 'acknowledged' ? ` by ${acknowledged?.by}` : '';
  const until = shown === 'silenced' ? ` for ${duration((silencedUntil ?? now) - now)} more` : '';
  return [
    name,
    `${shown}${by}${until}${flapping ? ', flaps' : ''}`,
    since === 0 ? '' : duration(now - since),
    sentence,
  ];
}

function outcomeLine({
  recipient,
  way,
  text,
  problem,
}: {
  recipient: Recipient;
  way: string;
  text: string;
  problem?: string;
}): string {
  const head = `${recipient.window.padEnd(20)} ${recipient.address} (${way})`.padEnd(52);
  return `${head} ${problem === undefined ? text : `not sent: ${problem}`}`;
}
