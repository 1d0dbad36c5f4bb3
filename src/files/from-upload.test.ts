import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../errors/errors.ts';
import { dataField, type Field } from '../marc/record.ts';
import { type FileOrder, readOrders } from './from-upload.ts';

const fft = (...subfields: readonly string[]): Field => of('FFT', subfields);
const of = (tag: string, subfields: readonly string[]): Field =>
  dataField(
    tag,
    ' ',
    ' ',
    subfields.map((one) => ({ code: one.charAt(0), value: one.slice(1) })),
  );
const orders = (...fields: readonly Field[]) => readOrders(fields).files;
const file = (...subfields: readonly string[]): FileOrder => {
  const [only] = orders(fft(...subfields));
  assert.equal(only?.do, 'file');
  return only as FileOrder;
};
const problem = (...fields: readonly Field[]): string => {
  try {
    readOrders(fields);
  } catch (error) {
    assert.ok(error instanceof UserError && error.status < 500, String(error));
    return error.message;
  }
  return '';
};

test('the name and the format of a file come from $n and $f, else from its address or path', () => {
  const named = (...subfields: readonly string[]) => {
    const { name, format } = file(...subfields);
    return [name, format];
  };
  assert.deepEqual(named('a/in/thesis.pdf'), ['thesis', 'pdf']);
  assert.deepEqual(named('ahttps://x.example/a/A%20paper%C3%A9.tar.gz?version=1#top'), ['A paperé', 'tar.gz']);
  assert.deepEqual(named('ahttps://x.example/a.png', 'nCIDIESSE', 'f.jpeg'), ['CIDIESSE', 'jpeg']);
  assert.deepEqual(named('a/in/x.PDF', 'f.pdf;pdfa'), ['x', 'pdf;pdfa']);
  assert.deepEqual(named('a/tmp/test.ps.Z'), ['test.ps', 'Z']);
  for (const wrong of ['a/in/..', 'ahttps://x.example/', 'a/in/.hidden', 'ahttps://x.example/%2e%2e%2fpasswd%00'])
    assert.match(problem(fft(wrong)), /name of a file/, wrong);
  assert.match(problem(fft('a/in/x.pdf', 'n../../x')), /name of a file/);
  assert.match(problem(fft('dno file')), /neither a location/);
});

test('texts, restriction, flags and time are read; KEEP-OLD-VALUE keeps', () => {
  const one = file(
    'a/in/a.pdf',
    'dTwo\n lines',
    'zKEEP-OLD-VALUE',
    'rstatus: thesis',
    'oHIDDEN',
    's2006-05-04 03:02:01',
    'tMain',
    'mnew',
    'x/in/i.gif',
  );
  assert.deepEqual([one.description, one.comment, one.status], [{ text: 'Two lines' }, 'keep', { text: 'thesis' }]);
  assert.deepEqual(
    [one.hidden, one.hidesPrevious, one.type, one.newName, one.icon],
    [true, false, 'Main', 'new', '/in/i.gif'],
  );
  assert.equal(one.added?.toISOString(), '2006-05-04T03:02:01.000Z');
  assert.deepEqual(file('a/in/a.pdf', 'rEMAIL:ada@x.example').status, { text: 'email: ada@x.example' });
  assert.deepEqual(file('a/in/a.pdf', 'r').status, { text: '' });
  assert.equal(file('a/in/a.pdf').status, undefined);
  assert.match(problem(fft('a/in/a.pdf', 's2006-02-31')), /no time/);
  assert.match(problem(fft('a/in/a.pdf', 'rDELETED')), /no restriction/);
  assert.match(problem(fft('a/in/a.pdf', `d${'x'.repeat(1_001)}`)), /more than 1000 characters/);
  assert.deepEqual(readOrders([fft('a/in/a.pdf', 'oSHINY')]).warnings.length, 1);
});

test('keywords need a document, and REVERT a version; FIX-MARC asks for nothing', () => {
  assert.deepEqual(orders(fft('tFIX-MARC', 'nx'), fft('tfix-all')), []);
  assert.deepEqual(orders(fft('tdelete-file', 'nx', 'v2', 'f.pdf')), [
    { do: 'DELETE-FILE', id: undefined, name: 'x', version: 2, format: 'pdf' },
  ]);
  assert.match(problem(fft('tPURGE')), /names no document/);
  assert.match(problem(fft('tREVERT', 'nx')), /names no version/);
  assert.match(problem(fft('tREVERT', 'nx', 'v-1')), /is no version/);
});

test('notes are JSON; a pickle is refused by its name, in text or Base64', () => {
  const bdm = (text: string) => of('BDM', ['nx', `m${text}`]);
  assert.deepEqual(readOrders([bdm('{"a": {"b": 1}}')]).notes[0]?.more, { a: { b: 1 } });
  const pickles = ['gAJ9cQFVAWFxAlUBYnEDcy4=', 'KGRwMApTJ2EnCnAxClMnYicKcDIKcy4=', "(dp0\nS'a'\np1\nS'b'\np2\ns."];
  for (const text of pickles) assert.match(problem(bdm(text)), /pickle of Python/, text);
  assert.match(problem(fft('a/in/a.pdf', `w${pickles[0]}`)), /pickle of Python/);
  for (const text of ['[1]', 'null', 'text', '{"a": "\\u0000"}'])
    assert.match(problem(bdm(text)), /no JSON object/, text);
});

test('a relation names two documents by number, TMP: name or name', () => {
  const [relation] = readOrders([
    of('BDR', ['iTMP:1', 'vTMP:v1', 'j12', 'w3', 'g.pdf', 'tis_extracted_from']),
  ]).relations;
  assert.deepEqual(relation?.second, { id: '12', name: undefined, version: '3', format: 'pdf' });
  assert.match(problem(of('BDR', ['iTMP:1', 'tx'])), /does not name two documents/);
  assert.match(problem(of('BDR', ['iTMP:', 'j1', 'tx'])), /is no document/);
});
