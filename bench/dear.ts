/**
 * What readers meet while one client asks the dearest questions, one after the other: wildcards,
 * regular expressions, spans, sorts by anything, citations of everything, lists of all records.
 * `node bench/dear.ts --data FOLDER`; FOLDER is a library that is loaded and that nobody serves. One web worker. The client and the
 * readers come from two networks (127.0.0.1 and 127.0.1.5).
 */
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serveNode } from '../test/support/release-node.ts';
import { machineLine, quantile, table } from './lib/report.ts';

const { values } = parseArgs({ options: { data: { type: 'string' } } });
if (values.data === undefined) throw new Error('Name the folder of a library: --data FOLDER');

const search = (p: string, rest: Readonly<Record<string, string>> = {}): string =>
  `/search?${new URLSearchParams({ p, ...rest })}`;
const either = (parts: readonly string[]): string => parts.join(' or ');
const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const pairs = [...'aeiou'].flatMap((vowel) => [...'bcdfglmnrst'].map((letter) => vowel + letter));
const common = 'the of and in a to for with on';

const questions: Readonly<Record<string, string>> = {
  everything: search(''),
  '26 wildcards': search(letters.map((letter) => `*${letter}*`).join(' ')),
  '55 wildcards': search(either(pairs.map((pair) => `*${pair}*`))),
  'a regular expression': search('/(a|b|c|d|e|f|g|h)*x/'),
  'regular expressions': search(either(pairs.slice(0, 32).map((pair) => `title:/.*${[...pair].join('.*')}.*/`))),
  'an expression of 1,800 parts': search(`/${'a?'.repeat(900)}${'a'.repeat(900)}/`),
  spans: search(either(letters.slice(0, 16).map((letter) => `author:"${letter}"->"z"`))),
  'a phrase of common words': search('"the of and in a to"'),
  'a phrase of wildcards': search('"*a* *e* *i* *o*"'),
  'parts of words': search(either(pairs.slice(0, 20).map((pair) => `'${pair}'`))),
  '900 parentheses': search(`${'('.repeat(900)}a b${')'.repeat(900)}`),
  '600 words': search(either(Array.from({ length: 600 }, (_, at) => `w${at}`))),
  'references of references': search('refersto:(citedby:(refersto:(citedby:(the or of or and))))'),
  '150 times refersto': search(either(Array.from({ length: 150 }, () => 'refersto:title:the'))),
  'cited 100 times': search('cited:0->999999 '.repeat(100)),
  'by author, all': search('', { sf: 'author', rg: '200' }),
  'by 245__a, deep': search('', { sf: '245__a', jrec: '19800', rg: '200' }),
  'by 260__c, first': search('', { sf: '260__c' }),
  'relevance of common words': search(common, { rm: 'wrd' }),
  'relevance, deep': search('the', { rm: 'wrd', jrec: '400000', rg: '200' }),
  'like record 1': search('recid:1', { rm: 'wrd' }),
  'citation summary of all': search('', { of: 'hcs2' }),
  'split by collection': search('the', { sc: '1' }),
  'numbers of all': search('', { of: 'id' }),
  'facet of authors': '/search/facet?code=author&p=&find=a',
  '600 values of a facet': `/search?p=&${Array.from({ length: 600 }, (_, at) => `facet.author=A${at}`).join('&')}`,
  suggestions: '/api/suggest?q=a&size=50',
  browsing: '/search?action=browse&p=a&f=anyfield',
  misspelt: search('mesurement of particel colisions in the detector'),
  'citations of one': '/record/1/citations?page=99999',
  home: '/',
};
const plain = ['higgs', 'author:ellis', 'quark mass', 'detector', 'year:1999'].map((words) => search(words));

interface Asked {
  readonly status: number;
  readonly took: number;
}

function ask(address: string, path: string, from: string): Promise<Asked & { readonly body: string }> {
  const began = performance.now();
  return new Promise((resolve) => {
    const failed = () => resolve({ status: 0, took: performance.now() - began, body: '' });
    const sent = request(`${address}${path}`, { localAddress: from, agent: false, timeout: 120_000 }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.once('error', failed);
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          took: performance.now() - began,
          body: Buffer.concat(pieces).toString('utf8'),
        }),
      );
    });
    sent.once('error', failed);
    sent.end();
  });
}

const serving = await serveNode({
  name: 'dear',
  main: join(import.meta.dirname, '../src/cli/main.ts'),
  folder: values.data,
  databaseUrl: undefined,
  settings: { REPERIO_EXEMPT_NETWORKS: '127.0.1.0/24', REPERIO_LOG_LEVEL: 'warn' },
});
try {
  const { address } = serving;
  await sleep(15_000);
  for (const path of plain) await ask(address, path, '127.0.1.5');
  const lags = new Map<string, number>();
  const waited: Asked[] = [];
  let name = '';
  let done = false;
  const reader = (async () => {
    for (let at = 0; !done; at++) {
      waited.push(await ask(address, plain[at % plain.length]!, '127.0.1.5'));
      await sleep(20);
    }
  })();
  const watcher = (async () => {
    interface Status {
      readonly workers: readonly { readonly report?: { readonly loop: { readonly most: number } } }[];
      readonly status?: Status;
    }
    while (!done) {
      const asking = name;
      const read = JSON.parse((await ask(address, '/server-status?format=json', '127.0.1.5')).body || '{}') as Status;
      const workers = read.workers ?? read.status?.workers ?? [];
      for (const { report } of workers) lags.set(asking, Math.max(lags.get(asking) ?? 0, report?.loop.most ?? 0));
      await sleep(500);
    }
  })();
  const rows: (readonly [string, number, number])[] = [];
  for (const [question, path] of Object.entries(questions)) {
    name = question;
    const { status, took } = await ask(address, path, '127.0.0.1');
    // A report comes once a second.
    await sleep(status === 429 ? 5_000 : 1_600);
    rows.push([question, status, took]);
  }
  done = true;
  await Promise.all([reader, watcher]);
  const times = waited.map(({ took }) => took);
  const failed = waited.filter(({ status }) => status !== 200).length;
  console.log(`Dear questions of one client beside readers of another network, one web worker. ${machineLine()}`);
  console.log(
    `Readers: ${waited.length} answers, ${failed} failed; median ${quantile(times, 0.5).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms, worst ${Math.max(...times).toFixed(0)} ms.`,
  );
  console.log(`Event loop late at most: ${Math.max(...lags.values()).toFixed(0)} ms.`);
  console.log(
    table(
      [{ title: 'question', align: 'left' }, { title: 'status' }, { title: 'took, ms' }, { title: 'late, ms' }],
      rows
        .map(([question, status, took]) => [
          question,
          `${status}`,
          took.toFixed(0),
          `${(lags.get(question) ?? 0).toFixed(0)}`,
        ])
        .toSorted((a, b) => Number(b[3]) - Number(a[3])),
    ),
  );
} finally {
  await serving.stop();
}
