import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { codeIn, readDocument, root, type Table, tablesOf } from '../support/markdown.ts';
import { openSmallLibrary, type SmallLibrary, signIn } from '../support/small-library.ts';

/**
 * docs/search-language.md, asked of the library that it describes. The first word of a table's head
 * says how its rows are asked; a column without a head is for people.
 */
const document = readDocument('docs/search-language.md');
const tables = tablesOf(document);
const records = 12;

let library: SmallLibrary;
before(async () => {
  library = await openSmallLibrary({
    load: [join(root, 'examples/search-language/records.txt'), '--as', 'ada'],
    administrator: 'ada',
  });
});
after(() => library?.close());

interface Example {
  readonly question: string;
  /** As the document writes it: "3 1", "all", "-". */
  readonly finds: string;
  readonly notices: readonly string[];
}

function examples(first: string): readonly Example[] {
  const found = tables.filter(({ head }) => head[0] === first).flatMap(examplesOf);
  assert.notEqual(found.length, 0, `no table begins with "${first}"`);
  return found;
}

function examplesOf({ head, rows }: Table): readonly Example[] {
  const column = head.indexOf('notice');
  return rows.map((cells) => ({
    question: codeIn(cells[0]!),
    finds: cells[1]!,
    notices: column === -1 ? [] : cells[column]!.split(', ').filter((kind) => kind !== ''),
  }));
}

function written(ids: readonly number[]): string {
  const isAll = ids.length === records && ids.every((id, at) => id === records - at);
  return ids.length === 0 ? '-' : isAll ? 'all' : ids.join(' ');
}

interface Answer {
  readonly records: readonly { readonly recid: number }[];
  readonly notices: readonly { readonly kind: string }[];
}

function ask(question: string, headers: Record<string, string> = {}): Promise<Response> {
  const args = new URLSearchParams({ p: question, so: 'd', size: '50', fields: 'recid' });
  return fetch(`${library.address}/api/search?${args}`, { headers });
}

async function answerTo(question: string, headers: Record<string, string> = {}): Promise<Omit<Example, 'question'>> {
  const response = await ask(question, headers);
  assert.equal(response.status, 200, question);
  const { records: found, notices } = (await response.json()) as Answer;
  return { finds: written(found.map(({ recid }) => recid)), notices: notices.map(({ kind }) => kind) };
}

/**
 * Sentences of pages by the kind of notice, each as an expression: what is in braces is anything.
 */
function sentences(): ReadonlyMap<string, RegExp> {
  const [file] = globSync(join(root, 'src/**/translations/en.yaml'));
  const section = /^notice:\n((?: {2}.*\n)+)/m.exec(readFileSync(file!, 'utf8'))?.[1] ?? '';
  const lines = [...section.matchAll(/^ {2}([\w-]+): "?(.*?)"?$/gm)];
  return new Map(
    lines.map(([, kind, text]) => [
      kind!,
      new RegExp(text!.replace(/[.*+?^$()[\]|\\]/g, '\\$&').replace(/\{\w+\}/g, '.*')),
    ]),
  );
}

function addressOf(args: string): string {
  return `${library.address}/search?${args.replaceAll(' ', '+').replaceAll('^', '%5E')}`;
}

async function noticesOfPage(page: string): Promise<readonly string[]> {
  const shown = [...page.matchAll(/<div class="notices"[^>]*>(.*?)<\/div>/gs)].map((match) => match[1]!);
  return [...sentences()].filter(([, sentence]) => shown.some((text) => sentence.test(text))).map(([kind]) => kind);
}

describe('docs/search-language.md', () => {
  test('questions find what it says, with the notices that it says', async () => {
    const asked = examples('query');
    assert.ok(asked.length > 200, `${asked.length} examples`);
    for (const example of asked) assert.deepEqual({ ...example, ...(await answerTo(example.question)) }, example);
  });

  test('an administrator finds what it says', async () => {
    const cookie = await signIn(library, 'ada');
    for (const example of examples('query of an administrator'))
      assert.deepEqual({ ...example, ...(await answerTo(example.question, { cookie })) }, example);
  });

  test('addresses find what it says, in the order that it says', async () => {
    for (const example of examples('address')) {
      const ids = await fetch(`${addressOf(example.question)}&of=id`);
      const page = await fetch(addressOf(example.question));
      const finds = written((await ids.json()) as readonly number[]);
      assert.deepEqual({ ...example, finds, notices: await noticesOfPage(await page.text()) }, example);
    }
  });

  test('pages show what it says', async () => {
    for (const example of examples('page')) {
      const page = await (await fetch(addressOf(example.question))).text();
      const ids = new Set([...page.matchAll(/<h\d[^>]*><a href="\/record\/(\d+)/g)].map(([, id]) => Number(id)));
      assert.deepEqual({ ...example, finds: written([...ids]), notices: await noticesOfPage(page) }, example);
    }
  });

  test('limits are where it says', async () => {
    const rows = tables
      .filter(({ head }) => head[0] === 'number' && head[1] === 'of this')
      .flatMap((table) => table.rows);
    assert.notEqual(rows.length, 0);
    for (const [times = '', of = '', status = '', notice = ''] of rows) {
      const conditions = Array.from({ length: Number(times) }, (_, at) => codeIn(of).replace('{n}', String(at + 1)));
      const response = await ask(conditions.join(conditions.length > 1000 ? ' ' : ' or '));
      assert.equal(response.status, Number(status), of);
      if (response.status !== 200) continue;
      const kinds = new Set(((await response.json()) as Answer).notices.map(({ kind }) => kind));
      assert.equal(kinds.has(notice) || notice === '', true, `${of}: ${[...kinds]}`);
      if (notice === '') assert.deepEqual([...kinds], [], of);
    }
  });

  test('names all kinds of notices', () => {
    const named = tables.filter(({ head }) => head[0] === 'kind').flatMap(({ rows }) => rows.map(([kind]) => kind));
    assert.deepEqual(named.map((kind) => codeIn(kind!)).sort(), [...sentences().keys()].sort());
  });
});
