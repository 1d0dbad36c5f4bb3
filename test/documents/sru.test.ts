import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { SaxesParser } from 'saxes';
import { contextSets } from '../../src/exchange/sru/indexes.ts';
import { mostRecords } from '../../src/exchange/sru/request.ts';
import { parseTextMarcRecord } from '../../src/marc/readers/text-parse.ts';
import type { MarcRecord } from '../../src/marc/record.ts';
import { parseSite } from '../../src/site/parse.ts';
import { createApp } from '../../src/web/app.ts';
import { memoryLibrary } from '../../src/web/test-library.ts';
import { codeIn, readDocument, root, tablesOf } from '../support/markdown.ts';
import { lacks } from '../support/packages.ts';
import { assertProperty } from '../support/property.ts';

/** docs/sru.md, asked of the library that it describes; and real clients of SRU. */
const tables = tablesOf(readDocument('docs/sru.md'));

const { site } = parseSite(`
extends: default
site: {name: "Sea & <Shore>", languages: [en], admin: a@b.example, hidden-paths: ["595"]}
collections:
  - {name: Home, query: '-980__a:"VAULT"'}
  - {name: Vault, query: '980__a:"VAULT"', restricted: true}
`);

const shown: readonly MarcRecord[] = readFileSync(join(root, 'examples/search-language/records.txt'), 'utf8')
  .trim()
  .split(/\n\n+/)
  .map((text) => parseTextMarcRecord(Buffer.from(`${text}\n`)).record);
const hidden = parseTextMarcRecord(
  Buffer.from('=LDR  00000nam a2200000 a 4500\n=245  10$aHiggs zqxjvkw in a vault\n=980  \\\\$aVAULT\n'),
).record;

let app: FastifyInstance;
let address: string;
before(async () => {
  app = createApp(memoryLibrary(site!, [...shown, hidden], 'sru'));
  address = `${await app.listen({ host: '127.0.0.1', port: 0 })}/sru`;
});
after(() => app?.close());

type Arguments = Readonly<Record<string, string>>;

async function ask(args: Arguments, headers: Record<string, string> = {}) {
  const {
    statusCode,
    body,
    headers: answered,
  } = await app.inject({ url: `/sru?${new URLSearchParams(args)}`, headers });
  return { status: statusCode, body, headers: answered, told: read(body) };
}

interface Element {
  readonly name: string;
  readonly namespace: string;
  readonly children: Element[];
  text: string;
}

function read(xml: string): Element {
  const top: Element = { name: '', namespace: '', children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local, uri }) => {
    const element: Element = { name: local, namespace: uri, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    open.at(-1)!.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return top.children[0]!;
}

const inside = (element: Element | undefined, name: string): readonly Element[] =>
  element?.children.filter((one) => one.name === name) ?? [];
const idsIn = (body: string): readonly number[] =>
  [...body.matchAll(/<controlfield tag="001">(\d+)</g)].map(([, id]) => Number(id));
const codesIn = (body: string): readonly string[] =>
  [...body.matchAll(/<uri>info:srw\/diagnostic\/1\/(\d+)</g)].map(([, code]) => code!);
const all = '12 11 10 9 8 7 6 5 4 3 2 1';

function rows(head: string): readonly (readonly string[])[] {
  const table = tables.find((one) => one.head[0] === head);
  assert.ok(table !== undefined, head);
  return table.rows;
}

describe('the page says what CQL finds', () => {
  for (const head of ['CQL', 'CQL sorted'] as const)
    for (const [cell, finds] of rows(head))
      test(codeIn(cell!), async () => {
        const { body } = await ask({ query: codeIn(cell!), maximumRecords: '50' });
        assert.deepEqual(codesIn(body), []);
        const ids = idsIn(body);
        const told = head === 'CQL' ? ids.toSorted((a, b) => b - a) : ids;
        assert.equal(told.join(' ') || '-', finds === 'all' ? all : finds);
      });
  for (const [cell, code] of rows('CQL refused'))
    test(codeIn(cell!), async () => {
      const { status, body } = await ask({ query: codeIn(cell!) });
      assert.deepEqual([status, codesIn(body)], [200, [code]]);
      assert.match(body, /<numberOfRecords>0</);
    });
});

/**
 * Of the published schemas: sruResponse.xsd, scan.xsd and diagnostic.xsd of OASIS searchRetrieve
 * 1.0, and srw-types.xsd of SRU 1.1 and 1.2. Children in their order; "?" may be missing, "+" may
 * be several.
 */
const loc = 'http://www.loc.gov/zing/srw/';
const oasis = 'http://docs.oasis-open.org/ns/search-ws/';
const isV2 = (namespace: string): boolean => namespace.startsWith(oasis);
function demanded({ name, namespace }: Element): string | undefined {
  const v2 = isV2(namespace);
  const packing = v2 ? 'recordPacking? recordXMLEscaping?' : 'recordPacking';
  const version = v2 ? 'version?' : 'version';
  const children: Readonly<Record<string, string>> = {
    searchRetrieveResponse: `${version} numberOfRecords resultSetId? records? nextRecordPosition? echoedSearchRetrieveRequest? diagnostics? extraResponseData? ${v2 ? 'resultSetTTL? resultCountPrecision?' : ''}`,
    explainResponse: `${version} record echoedExplainRequest? diagnostics? extraResponseData?`,
    scanResponse: `${version} terms? echoedScanRequest? diagnostics? extraResponseData?`,
    echoedSearchRetrieveRequest: `${version} query startRecord? maximumRecords? ${packing}? recordSchema? sortKeys?`,
    echoedScanRequest: `${version} scanClause responsePosition? maximumTerms? stylesheet?`,
    records: 'record+',
    record: `recordSchema ${packing} recordData recordPosition?`,
    terms: 'term+',
    term: 'value numberOfRecords? displayTerm? whereInList? extraTermData?',
    diagnostics: 'diagnostic+',
    diagnostic: 'uri details? message?',
  };
  return children[name];
}

function check(element: Element): void {
  const order = demanded(element);
  if (order !== undefined && (element.namespace.startsWith(loc) || isV2(element.namespace))) {
    const pattern = order
      .trim()
      .split(/\s+/)
      .map((part) => {
        const [, name, times] = /^(\w+)(\??|\+)\??$/.exec(part)!;
        return `(?:${name} )${times}`;
      })
      .join('');
    const names = element.children.map(({ name }) => `${name} `).join('');
    assert.match(names, new RegExp(`^${pattern}$`), element.name);
  }
  if (element.name === 'recordData') return;
  element.children.forEach(check);
}

test('answers are as the schemas of each version have them', async () => {
  const versions = ['1.1', '1.2', '2.0'] as const;
  for (const version of versions) {
    const search = { version, operation: 'searchRetrieve', maximumRecords: '2' };
    const packings: readonly Arguments[] = [
      {},
      version === '2.0' ? { recordXMLEscaping: 'string' } : { recordPacking: 'string' },
    ];
    const asked: readonly Arguments[] = [
      ...packings.flatMap((packing) =>
        ['marcxml', 'dc', 'mods', 'oai_dc'].map((recordSchema) => ({
          ...search,
          ...packing,
          recordSchema,
          query: 'higgs',
        })),
      ),
      { ...search, query: 'nothing-at-all' },
      { ...search, query: 'higgs', stylesheet: 'https://evil.example/x.xsl', foo: '1' },
      { ...search, query: '(' },
      { version, operation: 'explain' },
      { version, operation: 'explain', recordPacking: 'string' },
      { version, operation: 'scan', scanClause: 'dc.title = b' },
      { version, operation: 'scan', scanClause: 'b' },
      { version, operation: 'scan', scanClause: 'foo.b = b' },
      { version, operation: 'nothing' },
    ];
    for (const args of asked) {
      const { told, body, status } = await ask(args);
      assert.equal(status, 200, JSON.stringify(args));
      check(told);
      assert.equal(told.namespace.startsWith(version === '2.0' ? oasis : loc), true);
      assert.doesNotMatch(body, /evil|<\?xml-stylesheet/);
    }
  }
});

test('records come by pages, and say where the next one begins', async () => {
  const { told, body } = await ask({ query: 'boson sortBy dc.date', maximumRecords: '2', startRecord: '2' });
  assert.deepEqual(idsIn(body), [2, 10]);
  assert.equal(inside(told, 'numberOfRecords')[0]?.text, '4');
  assert.equal(inside(told, 'nextRecordPosition')[0]?.text, '4');
  const [records] = inside(told, 'records');
  assert.deepEqual(
    inside(records, 'record').map((one) => inside(one, 'recordPosition')[0]?.text),
    ['2', '3'],
  );
  const last = await ask({ query: 'boson', startRecord: '3' });
  assert.deepEqual(inside(last.told, 'nextRecordPosition'), []);
  assert.deepEqual(codesIn((await ask({ query: 'boson', startRecord: '5' })).body), ['61']);
  assert.match(
    (await ask({ query: 'boson', maximumRecords: '0' })).body,
    /<numberOfRecords>4<\/numberOfRecords>\n<echoed/,
  );
  const many = await ask({ query: 'cql.allRecords=1', maximumRecords: '100000' });
  assert.match(many.body, new RegExp(`<maximumRecords>${mostRecords}<`));
});

test('parameters that are wrong are told by their diagnostics', async () => {
  const search = { query: 'boson', operation: 'searchRetrieve', version: '1.2' };
  const cases: readonly (readonly [Arguments, string])[] = [
    [{ ...search, version: '3.0' }, '5'],
    [{ ...search, operation: 'x' }, '4'],
    [{ operation: 'searchRetrieve', version: '1.2' }, '7'],
    [{ ...search, startRecord: '0' }, '6'],
    [{ ...search, startRecord: 'x' }, '6'],
    [{ ...search, maximumRecords: '-1' }, '6'],
    [{ ...search, maximumRecords: '9'.repeat(40) }, '6'],
    [{ ...search, recordSchema: 'foo' }, '66'],
    [{ ...search, recordPacking: 'foo' }, '71'],
    [{ ...search, query: 'x'.repeat(4001) }, '12'],
    [{ ...search, query: Array.from({ length: 201 }, () => 'x').join(' or ') }, '38'],
    [{ ...search, query: `${'('.repeat(150)}x${')'.repeat(150)}` }, '38'],
    [{ ...search, query: 'a?'.repeat(60) }, '30'],
    [{ ...search, sortKeys: 'title,,2' }, '82'],
    [{ ...search, sortKeys: '/record/title' }, '88'],
    [{ ...search, recordXPath: '/x' }, '72'],
    [{ ...search, foo: 'x' }, '8'],
    [{ queryType: 'searchTerms', query: 'boson' }, '6'],
    [{ scanClause: 'dc.title = b', responsePosition: '22' }, '120'],
    [{ scanClause: 'a or b' }, '10'],
    [{ scanClause: 'rec.identifier = 1' }, '16'],
  ];
  for (const [args, code] of cases)
    assert.deepEqual(codesIn((await ask(args)).body), [code], JSON.stringify(args).slice(0, 90));
  const sorted = await ask({ ...search, version: '1.1', sortKeys: 'title,,0' });
  assert.deepEqual(idsIn(sorted.body), [1, 10, 2, 11]);
});

test('a scan has the terms around one', async () => {
  const scan = async (args: Arguments) => {
    const [terms] = inside(
      (await ask({ scanClause: 'dc.title = "boson stars"', maximumTerms: '3', ...args })).told,
      'terms',
    );
    return inside(terms, 'term').map(
      (one) => `${inside(one, 'value')[0]?.text} ${inside(one, 'whereInList')[0]?.text}`,
    );
  };
  assert.deepEqual(await scan({}), [
    'Boson stars inner',
    'Bosons in neutrino physics inner',
    'Dark matter and the symmetry U(1) inner',
  ]);
  assert.deepEqual(await scan({ responsePosition: '2', maximumTerms: '2' }), [
    'A muon detector of liquid argon first',
    'Boson stars inner',
  ]);
  assert.deepEqual(await scan({ responsePosition: '0', maximumTerms: '1' }), ['Bosons in neutrino physics inner']);
  assert.deepEqual(await scan({ scanClause: 'dc.title = zzz' }), []);
  const { body } = await ask({ scanClause: 'dc.title = "boson stars"', maximumTerms: '100' });
  assert.doesNotMatch(body, /vault/);
});

test('nothing of a restricted record is told, whoever asks', async () => {
  for (const query of [
    'zqxjvkw',
    'dc.title = zqxjvkw',
    'rec.identifier = 13',
    'dc.title = "zq?j"',
    'dc.title == "Higgs zqxjvkw in a vault"',
    'local.collection = vault',
  ]) {
    const { body } = await ask({ query }, { authorization: '' });
    assert.match(body, /<numberOfRecords>0</, query);
    assert.doesNotMatch(body.replace(/<echoed.*/, ''), /zqxjvkw/);
  }
  assert.match((await ask({ query: '8' })).body, /1999 and 2000|numberOfRecords/);
  assert.doesNotMatch((await ask({ query: 'rec.identifier = 8' })).body, /595|hidden remark/i);
});

test('caches and programs are told what they may do with an answer', async () => {
  const first = await ask({ query: 'boson' });
  assert.equal(first.headers['content-type'], 'text/xml; charset=utf-8');
  const etag = String(first.headers.etag);
  const again = await app.inject({ url: '/sru?query=boson', headers: { 'if-none-match': etag } });
  assert.equal(again.statusCode, 304);
  const typed = await ask({ query: 'boson' }, { accept: 'application/sru+xml' });
  assert.equal(typed.headers['content-type'], 'application/sru+xml; charset=utf-8');
  const wrong = await ask({ query: 'boson', httpAccept: 'text/html' });
  assert.deepEqual([wrong.status, codesIn(wrong.body)], [406, ['6']]);
  const posted = await app.inject({
    ...{ method: 'POST', url: '/sru', payload: 'query=boson&version=1.2' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.match(posted.body, /<numberOfRecords>4</);
  assert.equal(posted.headers['cache-control'], 'no-store');
  assert.equal(posted.headers.etag, undefined);
});

test('any text gets an answer', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...'()<>=/"\\*?^',
      ' and ',
      ' or ',
      ' not ',
      ' prox ',
      ' sortBy ',
      ' any ',
      ' all ',
      ' within ',
      'dc.title',
      'dc.date',
      'rec.identifier',
      '>',
    ),
    fc.constantFrom(...contextSets.map(({ prefix }) => `${prefix}.`)),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
  const names = [
    'query',
    'scanClause',
    'sortKeys',
    'startRecord',
    'maximumTerms',
    'version',
    'operation',
    'recordSchema',
  ];
  await assertProperty(
    fc.asyncProperty(fc.constantFrom(...names), text, async (name, value) => {
      const base: Arguments = name === 'scanClause' ? {} : { query: 'boson', maximumRecords: '1' };
      const { status, told } = await ask({ ...base, [name]: value });
      assert.equal(status, 200);
      check(told);
    }),
    { numRuns: 150 },
  );
});

async function run(program: string, commands: readonly string[]): Promise<string> {
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(`${commands.join('\n')}\nquit\n`);
  const [out] = await Promise.all([readText(child.stdout), once(child, 'close')]);
  return out;
}

test('yaz-client searches, scans and reads what is explained', { skip: lacks('yaz-client') }, async () => {
  for (const way of ['get 1.1', 'get 1.2', 'get 2.0', 'post 1.2']) {
    const said = await run('yaz-client', [
      ...[
        'set_otherinfo 0',
        `open ${address}`,
        'querytype cql',
        `sru ${way}`,
        'find dc.title = "higgs boson"',
        'show 1+2',
      ],
      ...['scan dc.title=b', 'find foo.bar = 1', 'explain'],
    ]);
    assert.match(said, /Number of hits: 2/, said);
    assert.match(said, /pos=2 schema=info:srw\/schema\/1\/marcxml-v1\.1/);
    assert.match(said, /The Higgs boson and its mass/);
    assert.match(said, /^Boson stars: 1/m);
    assert.match(said, /SRW diagnostic info:srw\/diagnostic\/1\/15\nMessage: Unsupported context set\nDetails: foo/);
    assert.match(said, /<name set="dc">title<\/name>/);
    assert.doesNotMatch(said, /zqxjvkw|YAZ panic/);
  }
});

test('zoomsh searches in each version', { skip: lacks('zoomsh') }, async () => {
  for (const version of ['1.1', '1.2', '2.0']) {
    const said = await run('zoomsh', [
      ...['set sru get', `set sru_version ${version}`, 'set schema dc', `connect ${address}`],
      ...['search cql:dc.title=higgs', 'show 0 2', 'scan cql:dc.title=b', 'search cql:dc.title=/fuzzy=x'],
    ]);
    assert.match(said, /sru: 2 hits/, said);
    assert.match(said, /<dc:title>The Higgs boson and its mass<\/dc:title>/);
    assert.match(said, /Boson stars 1/);
    assert.match(said, /error: .*info:srw\/diagnostic\/1:\d+/);
  }
});
