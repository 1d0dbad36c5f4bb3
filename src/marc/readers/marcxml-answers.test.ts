import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawRecord, ReadResult } from '../raw.ts';
import { splitMarcXml } from './marcxml-split.ts';
import { parseRaw } from './parse-raw.ts';
import { readers } from './readers.ts';

function marc(number: string): string {
  return `<record><leader>00000nam a2200000 a 4500</leader><controlfield tag="001">${number}</controlfield></record>`;
}

/** Cut at every size of chunks, which must not matter. */
function split(xml: string): readonly RawRecord[] {
  const bytes = Buffer.from(xml);
  const results = [1, 7, bytes.length].map((size) => {
    const splitter = splitMarcXml(1e6);
    const found: RawRecord[] = [];
    // How much of a refused one is kept is left to the chunks.
    const bytesOf = (raw: RawRecord) => (raw.refusal?.code === 'REPERIO_MARC_NONE' ? [] : raw.bytes);
    const keep = (raws: readonly RawRecord[]) =>
      found.push(...raws.map((raw) => ({ ...raw, bytes: Buffer.from(bytesOf(raw)) })));
    for (let at = 0; at < bytes.length; at += size) keep(splitter.push(bytes.subarray(at, at + size)));
    keep(splitter.end());
    return found;
  });
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[2], results[0]);
  return results[0]!;
}

function read(xml: string): readonly ReadResult[] {
  return split(xml).map((raw) => parseRaw('marcxml', raw));
}

function oai(inside: string): string {
  return `<?xml version="1.0"?><OAI-PMH><request verb="ListRecords">http://x.example</request>${inside}</OAI-PMH>`;
}

test('an OAI-PMH answer without news is no error, and says so', () => {
  const [raw, ...others] = split(oai('<error code="noRecordsMatch">nothing new</error>'));
  assert.deepEqual(others, []);
  assert.equal(raw!.notice, 'The OAI-PMH server answered noRecordsMatch: there is nothing to load.');
  assert.equal(raw!.refusal, undefined);
});

test('other errors of an OAI-PMH server are errors, and say what it said', () => {
  for (const [code, message] of [
    [
      '<error code="badArgument">no until</error>',
      'Record 1 is missing: the OAI-PMH server answered "badArgument": "no until".',
    ],
    [
      "<oai:error code='badResumptionToken'/>",
      'Record 1 is missing: the OAI-PMH server answered "badResumptionToken".',
    ],
  ] as const) {
    const [result] = read(oai(code));
    assert.ok(result?.kind === 'refused');
    assert.equal(result.reason.message, message);
  }
});

test('an SRU answer that found nothing is no error, one that says how many it found but has none is', () => {
  const sru = (count: string) =>
    `<zs:searchRetrieveResponse xmlns:zs="http://x"><zs:numberOfRecords>${count}</zs:numberOfRecords></zs:searchRetrieveResponse>`;
  assert.match(split(sru('0'))[0]!.notice!, /SRU server found no record/);
  assert.equal(split(sru('3'))[0]!.refusal?.code, 'REPERIO_MARC_NONE');
});

test('a record of an OAI-PMH answer brings the identifier that stands beside it', () => {
  const header = (id: string) => `<header><identifier>${id}</identifier><datestamp>2024-01-01</datestamp></header>`;
  const results = read(
    oai(`<ListRecords>
      <record>${header('oai:x:a&amp;b')}<metadata>${marc('1')}</metadata></record>
      <record>${header('oai:x:2')}<metadata><collection>${marc('2')}${marc('3')}</collection></metadata></record>
    </ListRecords>`) + marc('4'),
  );
  const known = results.map((result) => (result.kind === 'record' ? result.harvested : result.reason.message));
  assert.deepEqual(known, ['oai:x:a&b', 'oai:x:2', undefined, undefined]);
});

test('a deletion of an OAI-PMH answer is a record that asks for it, by its identifier', () => {
  const [result] = read(
    oai(
      '<ListRecords><record><header status="deleted"><identifier>oai:x:9</identifier></header></record></ListRecords>',
    ),
  );
  assert.ok(result?.kind === 'record');
  assert.equal(result.harvested, 'oai:x:9');
  assert.equal(result.record.leader[5], 'd');
  assert.deepEqual(result.record.fields[0]?.subfields, [{ code: 'o', value: 'oai:x:9' }]);
});

test('a refused record keeps its identifier in the file of refused ones', () => {
  const broken = marc('1').replace('tag="001"', 'tag="1"');
  const header = '<header><identifier>oai:x:1</identifier></header>';
  const xml = oai(`<ListRecords><record>${header}<metadata>${broken}</metadata></record></ListRecords>`);
  const [refused] = read(xml);
  assert.ok(refused?.kind === 'refused');
  const { head, tail, record } = readers.marcxml.refused;
  const file = head + record(Buffer.from(refused.raw), 'why').toString() + tail;
  const [mended] = read(file.replace('tag="1"', 'tag="001"'));
  assert.ok(mended?.kind === 'record');
  assert.equal(mended.harvested, 'oai:x:1');
});

test('a record that is packed as a string is named without the record behind it', () => {
  const packed = marc('1').replaceAll('<', '&lt;');
  const of = (packing: string, data: string) =>
    `<record><recordPacking>${packing}</recordPacking><recordData>${data}</recordData></record>`;
  const [first, second] = read(
    `<searchRetrieveResponse>${of('string', packed)}${of('xml', marc('2'))}</searchRetrieveResponse>`,
  );
  assert.ok(first?.kind === 'refused');
  assert.equal(first.control001, undefined);
  assert.match(first.reason.message, /^Record 1 holds no MARC: it is packed as a string/);
  assert.equal(second?.kind, 'record');
});
