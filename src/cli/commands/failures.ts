import {
  type FailureDetails,
  judgeFailure,
  type KeptFailure,
  listFailures,
  readFailure,
} from '../../monitor/failures/read-failures.ts';
import type { FailureState } from '../../monitor/failures/weigh.ts';
import { count } from '../../monitor/status/numbers.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { type Column, tableLines, windowOf } from '../terminal.ts';
import { withDatabase } from '../with-database.ts';

const fingerprintArgument = {
  fingerprint: { doc: 'The failure, by its fingerprint or the beginning of it.' },
} as const;

const list = defineSubcommand({
  summary: 'List failures, those that happened last first.',
  description: `A failure is what should not happen in the program: a page that could not be answered (500), an exception, a process that ended, a
periodic task that failed, a database statement that took too long. Equal ones are counted as one. Exit status 1: there are open failures.`,
  examples: [
    { command: 'failures list', doc: 'Failures that nobody has resolved or muted.' },
    { command: 'failures list --all --json', doc: 'All that are known, for programs.' },
  ],
  arguments: {},
  options: { all: { type: 'flag', doc: 'Also resolved and muted failures.' }, ...jsonOption },
  failureStatus: 2,
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const states: readonly FailureState[] | undefined = options.all ? undefined : ['open'];
    const { rows } = await withDatabase(settings(), (database) => listFailures(database, { states }));
    if (options.json) printJson(rows);
    else if (rows.length === 0) print(options.all ? 'No failures.' : 'No open failures.');
    else for (const line of tableLines(columns, rows.map(rowOf), windowOf(stdout, environment))) print(line);
    return rows.some(({ state }) => state === 'open') ? 1 : 0;
  },
});

const show = defineSubcommand({
  summary: 'Show a failure: how often, where, and its last samples.',
  examples: [{ command: 'failures show 3fa9', doc: 'The beginning of the fingerprint is enough.' }],
  arguments: fingerprintArgument,
  options: jsonOption,
  run: async ({ arguments: { fingerprint }, options, settings, print, printJson }) => {
    const found = await withDatabase(settings(), (database) => readFailure(database, fingerprint));
    if (options.json) return printJson(found);
    for (const line of details(found)) print(line);
  },
});

const resolve = defineSubcommand({
  summary: 'Say that a failure is repaired.',
  description: 'A resolved failure that happens again is open again, and an e-mail is sent at once.',
  examples: [
    {
      command: 'failures resolve 3fa9 --in 0.2.0',
      doc: 'Repaired in release 0.2.0: failures of nodes that still run an older release change nothing.',
    },
    { command: 'failures resolve 3fa9', doc: 'The reason is gone, whatever the release.' },
  ],
  arguments: fingerprintArgument,
  options: { in: { type: 'text', value: 'VERSION', doc: 'The release in which it is repaired.' } },
  run: async ({ arguments: { fingerprint }, options, settings, print }) => {
    const whole = await withDatabase(settings(), (database) =>
      judgeFailure(database, fingerprint, 'resolved', options.in ?? null),
    );
    print(`Failure ${whole} is resolved${options.in === undefined ? '' : ` in ${options.in}`}.`);
  },
});

const mute = defineSubcommand({
  summary: 'Send no more e-mails about a failure; it is still counted.',
  examples: [{ command: 'failures mute 3fa9', doc: 'Until `failures reopen 3fa9`.' }],
  arguments: fingerprintArgument,
  options: {},
  run: async ({ arguments: { fingerprint }, settings, print }) => {
    const whole = await withDatabase(settings(), (database) => judgeFailure(database, fingerprint, 'muted'));
    print(`Failure ${whole} is muted.`);
  },
});

const reopen = defineSubcommand({
  summary: 'Open a failure that was resolved or muted.',
  examples: [{ command: 'failures reopen 3fa9', doc: 'E-mails about it are sent again.' }],
  arguments: fingerprintArgument,
  options: {},
  run: async ({ arguments: { fingerprint }, settings, print }) => {
    const whole = await withDatabase(settings(), (database) => judgeFailure(database, fingerprint, 'open'));
    print(`Failure ${whole} is open.`);
  },
});

export const command: CommandGroup = { alone: 'list', commands: { list, show, resolve, mute, reopen } };

const columns: readonly Column[] = [
  { head: 'failure' },
  { head: 'state' },
  { head: 'count', right: true },
  { head: 'last 24 h', right: true },
  { head: 'last seen' },
  { head: 'where' },
  { head: 'what' },
];

function rowOf(one: KeptFailure): readonly string[] {
  const { fingerprint, lastSeen, place } = one;
  return [
    fingerprint.slice(0, 8),
    stateText(one),
    count(one.count),
    count(one.lastDay),
    timeText(lastSeen),
    place,
    whatText(one),
  ];
}

function whatText({ type, code, message }: KeptFailure): string {
  return `${[type, code].filter(Boolean).join(' ')}: ${message}`;
}

function stateText({ state, resolvedIn, regressions }: KeptFailure): string {
  if (state === 'resolved') return resolvedIn === null ? 'resolved' : `resolved in ${resolvedIn}`;
  return state === 'open' && regressions > 0 ? 'open, back again' : state;
}

function timeText(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}

function* details(one: FailureDetails): Generator<string> {
  yield `Failure ${one.fingerprint}: ${stateText(one)}`;
  yield `  what       ${whatText(one)}`;
  if (one.place !== '') yield `  where      ${one.place}`;
  if (one.frames.length > 0) yield `  code       ${one.frames.slice(0, 3).join(' < ')}`;
  yield `  count      ${count(one.count)}, ${count(one.lastDay)} in the last 24 h`;
  yield `  first seen ${timeText(one.firstSeen)} in ${one.firstRelease}`;
  yield `  last seen  ${timeText(one.lastSeen)} in ${one.lastRelease} (UTC)`;
  if (one.hours.length > 0) yield '  by hour (UTC)';
  for (const { hour, count: times } of one.hours.slice(-24))
    yield `    ${timeText(hour).slice(0, 16)}  ${count(times)}`;
  for (const { at, node, request, address, message, stack } of one.samples) {
    yield `  ${timeText(new Date(at))} on ${node}${request === undefined ? '' : `, request ${request} in the log`}`;
    if (address !== undefined) yield `    ${address}`;
    yield `    ${message}`;
    for (const line of stack) yield `      ${line}`;
  }
}
