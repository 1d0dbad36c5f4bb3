import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlField, dataField, type Field, type MarcRecord } from '../marc/record.ts';
import { type Holdings, identify, keysOf, matchRecord } from './identifiers.ts';
import { decide } from './matching.ts';

function record(...fields: readonly Field[]): MarcRecord {
  return { leader: '', fields };
}

function field(tag: string, ...pairs: readonly string[]): Field {
  const [name, ind1 = ' ', ind2 = ' '] = [tag.slice(0, 3), tag[3]?.replace('_', ' '), tag[4]?.replace('_', ' ')];
  const subfields = pairs.map((pair) => ({ code: pair.charAt(0), value: pair.slice(1) }));
  return dataField(name, ind1, ind2, subfields);
}

/** A library that holds these keys. */
function holding(keys: Readonly<Record<string, number>>, last = 99): Holdings {
  return { holder: (key) => keys[key] ?? 0, exists: (id) => id <= last };
}

const nothing = holding({}, 0);

test('a record is known by 035__a, 970__a, OAI identifiers and DOI, in this order and each once', () => {
  const { keys } = identify(
    record(
      field('0247_', '2DOI', 'ahttps://doi.org/10.1234/ABC'),
      field('0247_', '2doi', 'ainfo:doi/10.1234%2Fabc'),
      field('0247_', '2urn', 'aurn:x'),
      field('909CO', 'ooai:here:1'),
      field('970__', 'aSYS1'),
      field('035__', 'a(OCoLC)1', 'a(OCoLC)1'),
      field('035__', '9SLAC', 'a77'),
      field('0351_', 'anot this'),
    ),
  );
  assert.deepEqual(keys, [
    'control (OCoLC)1',
    'oclc 1',
    'system SYS1',
    'oai oai:here:1',
    'oai SLAC:77',
    'doi 10.1234/abc',
  ]);
});

test('a foreign 001 is kept with its 003, and known again by it', () => {
  const identity = identify(record(controlField('001', ' ocm17 '), controlField('003', 'OCoLC')));
  assert.deepEqual(matchRecord(identity, nothing), { id: 0, by: '', ours: false });
  assert.deepEqual(keysOf(identity, 5, false), ['control (OCoLC)ocm17', 'oclc 17']);
  assert.equal(matchRecord(identity, holding({ 'control (OCoLC)ocm17': 5 })).id, 5);
});

test('a 001 without 003 is ours when we have that number, and else somebody else’s', () => {
  const identity = identify(record(controlField('001', '7')));
  assert.deepEqual(matchRecord(identity, holding({}, 7)), { id: 7, by: '001 7', ours: true });
  assert.deepEqual(matchRecord(identity, holding({}, 6)), { id: 0, by: '', ours: false });
  assert.deepEqual(keysOf(identity, 9, false), ['control 7']);
  // Loaded as somebody else's record 7 before: then that is what it is.
  assert.deepEqual(matchRecord(identity, holding({ 'control 7': 9 })), { id: 9, by: 'control number 7', ours: false });
});

test('our records come back after an export, whoever’s code stands in 003', () => {
  const loaded = identify(record(controlField('003', 'SzGeCERN')));
  assert.deepEqual(keysOf(loaded, 12, false), ['home (SzGeCERN)12']);
  const exported = identify(record(controlField('001', '12'), controlField('003', 'SzGeCERN')));
  assert.equal(matchRecord(exported, holding({ 'home (SzGeCERN)12': 12 })).ours, true);
  const other = identify(record(controlField('001', '13'), controlField('003', 'SzGeCERN')));
  assert.equal(matchRecord(other, holding({ 'home (SzGeCERN)12': 12 })).id, 0);

  const fromElsewhere = identify(
    record(controlField('001', '12'), controlField('003', 'OCoLC'), field('035__', 'a(OCoLC)ocm17')),
  );
  const match = matchRecord(fromElsewhere, holding({ 'control (OCoLC)ocm17': 12, 'control (OCoLC)12': 40 }));
  assert.deepEqual(match, { id: 12, by: '001 12', ours: true });
  assert.deepEqual(keysOf(fromElsewhere, 12, true), ['control (OCoLC)ocm17', 'oclc 17']);
});

test('a correction of 003 alone is for our record with the number in 001; with anything else it is of another library', () => {
  const held = holding({ 'home (SzGeCERN)12': 12 }, 12);
  const corrected = identify(record(controlField('001', '12'), controlField('003', 'CERN')));
  assert.deepEqual(decide(corrected, 'correct', held), { id: 12, ours: true });
  const more = identify(record(controlField('001', '12'), controlField('003', 'CERN'), field('245__', 'aOther')));
  for (const [identity, mode] of [
    [corrected, 'replace'],
    [corrected, 'append'],
    [more, 'correct'],
  ] as const) {
    const decision = decide(identity, mode, held);
    assert.equal('refusal' in decision && decision.refusal.code, 'REPERIO_RECORD_UNKNOWN');
  }
  // It is known by that 003: then it is the other one.
  const other = decide(corrected, 'correct', holding({ 'control (CERN)12': 7 }, 12));
  assert.deepEqual(other, { id: 7, ours: false });
});

test('a number of OCLC is the same however it is written, in 035 and in 001', () => {
  const held = holding({ 'oclc 12345': 7 }, 99);
  for (const value of ['(OCoLC)12345', '(OCoLC)ocm00012345', '(ocolc) ocn012345', 'ocm00012345 '])
    assert.deepEqual(
      matchRecord(identify(record(field('035__', `a${value}`))), held),
      { id: 7, by: 'OCLC number 12345', ours: false },
      value,
    );
  for (const fields of [
    [controlField('001', 'ocm00012345')],
    [controlField('001', '12345'), controlField('003', 'OCoLC')],
    [controlField('001', 'on0000012345')],
  ])
    assert.equal(matchRecord(identify(record(...fields)), held).id, 7);
  // Numbers of others, cancelled ones, and what stands where there is none.
  for (const other of [field('035__', 'a(DLC)12345'), field('035__', 'a12345'), field('035__', 'z(OCoLC)12345')])
    assert.equal(matchRecord(identify(record(other)), held).id, 0);
  assert.deepEqual(identify(record(field('035__', 'a(OCoLC)000'))).keys, ['control (OCoLC)000']);
  // Our own number comes back with the 003 of the record: it is none of OCLC.
  const home = identify(record(controlField('001', '12'), controlField('003', 'OCoLC')));
  assert.equal(matchRecord(home, holding({ 'home (OCoLC)12': 12, 'oclc 12': 40 })).id, 12);
  assert.deepEqual(keysOf(home, 12, true), ['home (OCoLC)12']);
  // Two numbers of two records: nobody can say which of them is meant.
  const both = identify(record(field('035__', 'a(OCoLC)ocm1', 'a(OCoLC)ocm2')));
  const decision = decide(both, 'replace', holding({ 'oclc 1': 4, 'oclc 2': 5 }));
  assert.equal('refusal' in decision && decision.refusal.code, 'REPERIO_RECORD_CONFLICT');
});

test('system number goes before OAI identifier, and that before DOI', () => {
  const identity = identify(record(field('0247_', '2doi', 'a10.1/x'), field('909CO', 'oo1'), field('970__', 'as1')));
  assert.equal(matchRecord(identity, holding({ 'doi 10.1/x': 3, 'oai o1': 2, 'system s1': 1 })).id, 1);
  assert.equal(matchRecord(identity, holding({ 'doi 10.1/x': 3, 'oai o1': 2 })).id, 2);
  assert.equal(matchRecord(identity, holding({ 'doi 10.1/x': 3 })).id, 3);
});

test('modes decide, and an identifier of another record is a conflict', () => {
  const identity = identify(record(field('970__', 'as1'), field('0247_', '2doi', 'a10.1/x')));
  const known = holding({ 'system s1': 4 });
  assert.deepEqual(decide(identity, 'insert-or-replace', known), { id: 4, ours: false });
  assert.deepEqual(decide(identity, 'insert-or-replace', nothing), { id: 0, ours: false });
  const code = (decision: ReturnType<typeof decide>) => ('refusal' in decision ? decision.refusal.code : '');
  assert.equal(code(decide(identity, 'insert', known)), 'REPERIO_RECORD_HELD');
  assert.equal(code(decide(identity, 'replace', nothing)), 'REPERIO_RECORD_UNKNOWN');
  const torn = holding({ 'system s1': 4, 'doi 10.1/x': 5 });
  assert.equal(code(decide(identity, 'replace', torn)), 'REPERIO_RECORD_CONFLICT');
});

test('a value too long for an index entry is still told from others', () => {
  const long = 'x'.repeat(5_000);
  const [one] = identify(record(field('970__', `a${long}1`))).keys;
  const [two] = identify(record(field('970__', `a${long}2`))).keys;
  assert.ok(one!.length < 500);
  assert.notEqual(one, two);
});
