import sql from 'sql-template-tag';
import { readLevel } from '../../../site/level.ts';
import type { Finding } from '../check.ts';
import type { Check, CheckContext } from '../definition.ts';
import { blamed } from './blocker.ts';
import { counted, reasonOf, reportedBy } from './parts.ts';

const { request } = process.getBuiltinModule('node:http');

/** Seconds. */
const slow = 1;

export const answer: Check = {
  name: 'answer',
  question: 'Does a search find something?',
  summary:
    'Seconds that a search for the question of the setting `check-question` takes, asked of a worker as readers do.',
  warning: String(slow),
  critical: '5',
  page: 'A slow page',
  every: 30_000,
  run: async (context) => {
    const { settings, status } = context;
    const { address, state } = status();
    if (state !== 'serving') return { atLeast: 'unknown', sentence: `The node is ${state}: it was not asked.` };
    const question = settings.checkQuestion ?? '';
    const began = performance.now();
    const got = await ask(reachable(address), question, context.signal);
    const seconds = (performance.now() - began) / 1000;
    const what = question === '' ? 'a search for everything' : `a search for "${question}"`;
    if (got.status !== 200) return refusal(context, got.status, what);
    const { total } = JSON.parse(got.body) as { readonly total: number };
    const nothing = total === 0 ? await foundNothing(context) : undefined;
    if (nothing !== undefined) return nothing;
    const blame = seconds > slow ? await blamed(context.database) : undefined;
    return {
      ...(total === 0 ? { atLeast: 'warning' as const } : {}),
      sentence: `${what[0]!.toUpperCase()}${what.slice(1)} found ${counted(total, 'record', 'records')} in ${(seconds * 1000).toFixed(0)} ms${blame === undefined ? '' : `; ${blame.said}`}.`,
      measures: [
        { label: 'time', value: seconds, unit: 's', minimum: 0 },
        { label: 'records', value: total, unit: '' },
      ],
      fix: total === 0 ? 'reperio index status' : (blame?.fix ?? 'reperio profile --seconds 10'),
    };
  },
};

/**
 * Why a search finds nothing, where that is no matter of the question. Undefined: it may be one.
 */
async function foundNothing({ status, database }: CheckContext): Promise<Finding | undefined> {
  const asked = (async () =>
    database().query<{ records: number }>(
      sql`SELECT count(*)::int AS records FROM (SELECT FROM record WHERE NOT deleted LIMIT 1000) AS found`,
      { patience: 0 },
    ))();
  const [row] = await asked.catch(() => []);
  if (row === undefined) return undefined;
  const { records } = row;
  if (records === 0) return { isUnused: true, sentence: 'The library has no records yet.' };
  const indexed = Math.max(0, ...reportedBy(status().workers).map((report) => report.index.records));
  if (indexed > 0) return undefined;
  return {
    atLeast: 'critical',
    sentence: `Nothing can be found: the index has none of the ${records < 1000 ? counted(records, 'record', 'records') : 'records'} of the library.`,
    fix: 'reperio index rebuild',
  };
}

async function refusal({ database }: CheckContext, status: number, what: string): Promise<Finding> {
  const level = await readLevel(database()).catch(() => undefined);
  if (level?.level === 'closed')
    return {
      atLeast: 'warning',
      sentence: 'The library is closed to readers by an operator.',
      fix: 'reperio site level open',
    };
  const blame = await blamed(database);
  return {
    atLeast: 'critical',
    sentence: `The answer to ${what} is ${status}${blame === undefined ? '' : `; ${blame.said}`}.`,
    fix: blame?.fix ?? 'reperio status',
  };
}

/** The address that listens on every interface is asked on this one. */
function reachable(address: string): string {
  return address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(address: string, question: string, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void =>
      reject(new Error(`The node does not answer at ${address}: ${reasonOf(error)}.`));
    const url = `${address}/api/search?${new URLSearchParams({ p: question, size: '1', fields: 'recid' })}`;
    const headers = { 'user-agent': 'reperio-check', connection: 'close' };
    request(url, { signal, headers, agent: false }, (response) => {
      const parts: string[] = [];
      response.setEncoding('utf8').on('data', (part: string) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parts.join('') }));
      response.on('error', failed);
    })
      .on('error', failed)
      .end();
  });
}
