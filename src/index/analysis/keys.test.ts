import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { field } from '../../formats/test-records.ts';
import { parseSite } from '../../site/parse.ts';
import { compileKeys } from './keys.ts';

const siteText = `
site: {name: Keys, languages: [en], admin: a@b.example}
fields:
  anyfield: {paths: ["245__a"], index: {tokenizer: text}}
  journal: {paths: ["909C4%"], index: {tokenizer: journal, query-synonyms: {base: journals, match: leading-to-number}}}
collections: [{name: All, query: 'recid:1->99'}]
knowledge: {journals: {PHRVD: "Phys. Rev., D", "Ann.Phys.(NY)": "Ann. Phys."}}
`;
const { site, problems } = parseSite(siteText);
assert.deepEqual(problems, []);
const keysOf = compileKeys(site!);

type Made = readonly (readonly [path: string, subfields: string])[];
function keys(name: 'own' | 'references' | 'authors', ...fields: Made): readonly string[] {
  const made = keysOf({ leader: '', fields: fields.map(([path, text]) => field(path, text)) })[name];
  return Array.from({ length: made.length / 2 }, (_, i) => `${made[2 * i]} ${made[2 * i + 1]}`);
}
const own = (...fields: Made) => keys('own', ...fields);
const cited = (subfields: string) => keys('references', ['999C5', subfields]);

function sameKey(record: readonly [path: string, subfields: string], references: readonly string[]): void {
  const [key, ...more] = own(record);
  assert.ok(key, record.join(' '));
  assert.deepEqual(more, []);
  for (const reference of references) assert.deepEqual(cited(reference), [key], `${record.join(' ')} and ${reference}`);
}

function otherKey(record: readonly [path: string, subfields: string], references: readonly string[]): void {
  for (const reference of references)
    for (const key of cited(reference)) assert.ok(!own(record).includes(key), `${record.join(' ')} and ${reference}`);
}

test('report numbers are one however arXiv, dashes, blanks and versions are written', () => {
  const forms = [
    '$rhep-th/9611127',
    '$rarXiv:hep-th/9611127',
    '$rHEP-TH 9611127',
    '$rhep-th/9611127v2',
    '$r[hep-th/9611127]',
  ];
  sameKey(['037__', '$ahep-th/9611127'], forms);
  sameKey(
    ['037__', '$aarXiv:0705.1234'],
    ['$r0705.1234', '$rarXiv:0705.1234v12 [hep-ph]', '$rARXIV:0705.1234', '$rhttps://arxiv.org/abs/0705.1234v2'],
  );
  sameKey(['037__', '$amath.GT/0309136'], ['$rmath/0309136']);
  sameKey(['088__', '$aCERN-TH.4036/85'], ['$rCERN-TH-4036-85', '$r CERN TH 4036 85 ']);
  otherKey(['088__', '$aCERN-EP-2001-094'], ['$rCERN-EP-200-1094', '$rCERN-EP-2001-09', '$rCERN-EP']);
  otherKey(['037__', '$aDAMTP-v2'], ['$rDAMTP']);
  assert.deepEqual(own(['909C0', '$rR-1$r ']), cited('$rR-1'));
});

test('DOIs are one whatever stands before them, and other standard numbers are none', () => {
  const forms = [
    '$a10.1103/PhysRevD.54.4234',
    '$adoi:10.1103/physrevd.54.4234',
    '$ahttps://doi.org/10.1103/physrevd.54.4234.',
    '$ahttps://dx.doi.org/10.1103%2FPhysRevD.54.4234',
    '$ainfo:doi/10.1103/physrevd.54.4234',
  ];
  sameKey(['0247_', '$2DOI$a10.1103/physrevd.54.4234'], forms);
  sameKey(['909C4', '$a10.1103/physrevd.54.4234'], forms);
  assert.deepEqual(own(['0247_', '$2WOS$a10.1103/x'], ['0248_', '$2DOI$a10.1103/x']), []);
  assert.deepEqual(cited('$aversion 10.3 of it'), []);
});

test('an article is one by journal, volume and first page, however a reference is written', () => {
  const forms = [
    '$sPhys. Rev., D 54 (1996) 4234',
    '$sPhys.Rev. D54 (1996) 4234-4243',
    '$sPhys. Rev. D 54, 4234 (1996)',
    '$sPhys.Rev.,D54,4234',
    '$sPHRVD 54 (1996) 4234',
    '$sPhys. Rev. D 54 (1997) p. 4234',
    '$sPhys. Rev. D 54 (1996) 04234 [hep-th/9511030]',
    '$tPhys. Rev., D$v54$p4234$y1996',
    '$mEllis, J$sPhys. Rev. D54 (1996) 4234$tPhys. Rev., D$v54$p4234$y1996',
  ];
  sameKey(['909C4', '$pPhys. Rev., D$v54$c4234-43$y1996'], forms);
  sameKey(['773__', '$pPHRVD$vD54$c4234'], ['$sPHRVD D54 (1996) 4234']);
  sameKey(['773__', '$tPhys. Rev. D$gVol. 54, no. 7 (1996), p. 4234-4243'], forms);
  sameKey(['909C4', '$pMon. Not. R. Astron. Soc.$v291$cL33$y1997'], ['$sMon.Not.R.Astron.Soc. 291 (1997) L33-L36']);
  const others = ['$sPhys. Rev., D 55 (1996) 4234', '$sPhys. Rev., D 54 (1996) 423', '$sPhys. Rev., C 54 (1996) 4234'];
  otherKey(['909C4', '$pPhys. Rev., D$v54$c4234-43$y1996'], [...others, '$sPhys. Rev., D 5 (1996) 44234']);
  sameKey(['909C4', '$pActa Phys. Polon.$v39$c173$y2008'], ['$sActa Phys. Polôn. 39 (2008) 173']);
  for (const text of ['in preparation', 'Phys. Rev. D', '(1996)', 'Nature (1998) 51', '54 (1996) 4234', ''])
    assert.deepEqual(cited(`$s${text}`), [], text);
});

test('volumes that may be months, or begin anew each year, are told apart by the year', () => {
  const jhep = ['909C4', '$pJ. High Energy Phys.$v05$c025$y2000'] as const;
  sameKey(jhep, ['$sJ. High Energy Phys. 05 (2000) 025', '$sJ.High Energy Phys. 5 (2000) 25']);
  otherKey(jhep, ['$sJ. High Energy Phys. 05 (2001) 025']);
});

test('books are one by ISBN, with ten digits or thirteen; records by their number', () => {
  sameKey(
    ['020__', '$a978-0-306-40615-7'],
    ['$i0306406152', '$i0-306-40615-2 (hardback)', '$i9780306406157', '$iISBN 978–0–306–40615–7 :'],
  );
  otherKey(['020__', '$a9790306406157'], ['$i0306406152']);
  assert.deepEqual(cited('$i12345'), []);
  assert.deepEqual(cited('$012'), ['0 12']);
  assert.deepEqual(cited('$0(DE-588)12$00$0x'), []);
});

test('a person is one by family name and all initials', () => {
  const author = (name: string) => keys('authors', ['100__', `$a${name}`])[0];
  for (const name of ['Ellis, J. R.', 'Ellis, John R', 'Ellis, JR', 'ELLIS, John Richard', 'Éllis, J.R.'])
    assert.equal(author(name), author('Ellis, J R'), name);
  for (const name of ['Ellis, J', 'Ellis, R J', 'Ellis', 'Elli, S J R', 'Ellison, J R'])
    assert.notEqual(author(name), author('Ellis, J R'), name);
  assert.equal(author('Müller-Lüdenscheidt, K'), author('Muller Ludenscheidt, Karl'));
  assert.notEqual(author('Иванов, И'), author('Петров, И'));
  assert.equal(keys('authors', ['100__', '$a , '], ['700__', '$aHiggs, P$aBrout, R']).length, 2);
});

test('whatever stands in a record, its keys are numbers of 32 bits and no hash has the high half 0', () => {
  const tag = fc.constantFrom('037__', '088__', '0247_', '020__', '773__', '909C4', '909C0', '999C5', '100__', '700__');
  const subfield = fc
    .tuple(fc.constantFrom(...'agrstvpyci02'), fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })))
    .map(([code, value]) => ({ code, value }));
  assertProperty(
    fc.property(fc.array(fc.tuple(tag, fc.array(subfield, { maxLength: 6 }))), (fields) => {
      const record = {
        leader: '',
        fields: fields.map(([path, subfields]) => ({ ...field(path, '$ax'), subfields })),
      };
      for (const made of Object.values(keysOf(record))) {
        assert.equal(made.length % 2, 0);
        for (const number of made) assert.ok(Number.isInteger(number) && number >= 0 && number <= 0xffffffff);
      }
      const { own: holds, authors } = keysOf(record);
      for (let i = 0; i < holds.length; i += 2) assert.ok(holds[i]! > 0);
      for (let i = 0; i < authors.length; i += 2) assert.ok(authors[i]! > 0);
    }),
    { numRuns: 500 },
  );
});
