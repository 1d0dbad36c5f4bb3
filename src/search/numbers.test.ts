import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../access/ask.ts';
import { browseFor } from '../access/browse.ts';
import { field } from '../formats/test-records.ts';
import type { MarcRecord } from '../marc/record.ts';
import { guest } from '../people/person.ts';
import { defaultSite } from '../site/default.ts';
import { memoryLibrary } from '../web/test-library.ts';
import { emptyRequest, type SearchRequest } from './request.ts';

/** Numbers as catalogues write them, and as people type and paste them. */
const sici = '10.5072/(SICI)1096-9861(19971020)387:2<167::AID-XY1>3.0.CO;2-Z';
const records: Readonly<Record<string, readonly (readonly [place: string, subfields: string])[]>> = {
  hyphens: [['020__', '$a978-0-306-40615-7 (pbk.)']],
  ten: [['020__', '$a0306406152$qhardback']],
  labelled: [['020__', '$aISBN 0-8044-2957-x :$c$20']],
  dashes: [['020__', '$a978–0–8044–2957–3']],
  cancelled: [
    ['020__', '$z0306406152'],
    ['020__', '$a0306406153'],
  ],
  serial: [['022__', '$a0317-8471$l1050-124X$y1234-5679$z0000-0019']],
  parentheses: [['0247_', '$a10.5072/0370-2693(85)90357-4$2DOI']],
  sici: [['0247_', `$a${sici}$2doi`]],
  address: [['0247_', '$ahttps://doi.org/10.5072/FK2/4QEJQV$2doi']],
  prefix: [['0247_', '$adoi:10.5072/FK2%2FX$2doi']],
  oldEprint: [['037__', '$aarXiv:hep-th/9611127v2']],
  newEprint: [['037__', '$a2101.01234']],
  report: [['088__', '$aCERN-TH.4036/85']],
  lc: [['050_4', '$aQC174.12$b.G74 2005']],
  spaced: [['090__', '$aKF 2925$bS27 2011']],
  dewey: [['08204', '$a813/.54$220']],
  copy: [['852__', '$aMain Library$bReading room$hQC 174.5$i.A1$zIn place']],
  mark: [['852__', '$bStacks$jMag. 12 B 345']],
  oclc: [['035__', '$a(OCoLC)ocm00012345']],
  long: [['035__', '$a(OCoLC)on9812345678$z(OCoLC)52697086']],
  other: [['035__', '$a(DE-599)12345']],
};
const names = Object.keys(records);
const library = memoryLibrary(
  defaultSite(),
  Object.entries(records).map(
    ([name, fields]): MarcRecord => ({
      leader: '',
      fields: [field('245__', `$aWork ${name}`), ...fields.map(([place, subfields]) => field(place, subfields))],
    }),
  ),
);

function finds(text: string, more: Partial<SearchRequest> = {}): string {
  const { ids } = ask(library.snapshot(), guest, { ...emptyRequest, text, size: 50, ...more });
  return ids
    .map((id) => names[id - 1]!)
    .toSorted((a, b) => names.indexOf(a) - names.indexOf(b))
    .join(' ');
}

const questions: Readonly<Record<string, readonly string[]>> = {
  'hyphens ten cancelled': [
    'isbn:9780306406157',
    'isbn:978-0-306-40615-7',
    'isbn:0306406152',
    'isbn:"0-306-40615-2"',
    'isbn:978 0 306 40615 7',
    'isbn:9780306*',
    'isbn:978-0-306*',
    'isbn:0-306-40615*',
    'isbn:"978-0-306*"',
    "isbn:'306-40615'",
    '9780306406157',
    '978-0-306-40615-7',
    '978–0–306–40615–7',
    '0-306-40615-2',
    '978 0 306 40615 7',
    'ISBN 0-306-40615-2',
    'ISBN-13: 978-0-306-40615-7',
    'work 0-306-40615-2',
  ],
  'labelled dashes': ['isbn:080442957X', '0-8044-2957-x', '9780804429573'],
  cancelled: ['isbn:0306406153', '0-306-40615-3', 'isbn:0-306-40615-3'],
  serial: [
    'issn:0317-8471',
    '03178471',
    'issn:03178471',
    'ISSN 0317-8471',
    'issn:0317*',
    'issn:0317-8*',
    '1050124x',
    'issn:"1050-124X"',
    '1234-5679',
    '0000-0019',
  ],
  parentheses: [
    '10.5072/0370-2693(85)90357-4',
    'https://doi.org/10.5072/0370-2693(85)90357-4',
    'doi:https://doi.org/10.5072/0370-2693(85)90357-4',
    'doi:10.5072/0370-2693(85)90357-4',
    'doi: 10.5072/0370-2693(85)90357-4',
    'DOI 10.5072/0370-2693(85)90357-4',
    'https://doi.org/10.5072/0370-2693%2885%2990357-4',
    'doi:https://dx.doi.org/10.5072%2F0370-2693%2885%2990357-4',
    'info:doi/10.5072/0370-2693(85)90357-4',
    'doi:"https://doi.org/10.5072/0370-2693(85)90357-4"',
    'work https://doi.org/10.5072/0370-2693(85)90357-4',
    'doi:10.5072/0370*',
  ],
  sici: [sici, `https://doi.org/${sici}`, `doi:${sici}`, `https://doi.org/${encodeURIComponent(sici)}`],
  address: ['doi:10.5072/FK2/4QEJQV', '10.5072/fk2/4qejqv', 'https://doi.org/10.5072/FK2/4QEJQV'],
  prefix: ['10.5072/FK2/X', 'doi:10.5072/fk2/x'],
  oldEprint: ['hep-th/9611127', 'arXiv:hep-th/9611127', 'reportnumber:"hep-th/9611127"', 'hep-th/9611127v3'],
  newEprint: ['arXiv:2101.01234', '2101.01234v2', 'https://arxiv.org/abs/2101.01234', 'reportnumber:arXiv:2101.01234'],
  report: [
    'CERN-TH-4036-85',
    'reportnumber:CERN-TH-4036/85',
    'reportnumber:"CERN TH 4036 85"',
    'CERN TH 4036',
    'reportnumber:CERN-TH.4036/85',
    'reportnumber:cern-th.*',
    'reportnumber:CERN-TH-*',
  ],
  lc: [
    'QC 174.12 G74 2005',
    'QC174.12 .G74 2005',
    'QC174.12.G74',
    'callnumber:QC174.12',
    'callnumber:"QC 174.12 G74 2005"',
    'callnumber:"QC174.12.G74 2005"',
  ],
  'lc copy': ['callnumber:QC174*', 'callnumber:"QC 174*"', 'callnumber:QC9->QC1000', 'callnumber:"QC 9"->"QC 175"'],
  spaced: ['KF2925', 'KF2925 S27 2011', 'KF 2925', 'callnumber:KF2925', 'KF2925.S27', 'callnumber:KF2900->KF2999'],
  dewey: ['813.54', 'callnumber:813.54', 'callnumber:"813.54"', 'callnumber:800->899'],
  copy: ['holdings:reading', 'main library', 'callnumber:"QC174.5 A1"'],
  mark: ['Mag. 12 B 345', 'callnumber:"mag 12 b 345"', 'callnumber:mag12b345'],
  oclc: ['oclc:12345', 'oclc:ocm00012345', 'oclc:"(OCoLC)12345"', 'ocm12345', '(OCoLC)12345', 'OCLC 12345'],
  'oclc other': ['12345'],
  long: ['52697086', 'oclc:9812345678', 'on9812345678', 'https://www.worldcat.org/oclc/52697086'],
  '': ['isbn:12345', 'oclc:99', 'callnumber:QC17', '10.5072/0370', 'doi:10.5072'],
};
for (const [found, asked] of Object.entries(questions)) {
  test(`${asked[0]}, in ${asked.length} forms, finds ${found || 'nothing'}`, () => {
    for (const text of asked) assert.equal(finds(text), found, text);
  });
}

test('a field that was chosen takes numbers with blanks', () => {
  assert.equal(finds('978 0 306 40615 7', { field: 'isbn' }), 'hyphens ten cancelled');
  assert.equal(finds('https://doi.org/10.5072/FK2/4QEJQV', { field: 'doi' }), 'address');
  assert.equal(finds('QC 174.12 G74', { field: 'callnumber' }), 'lc');
});

test('call numbers are listed as they stand on the shelf, as written, and each line finds its record', () => {
  const request = { ...emptyRequest, field: 'callnumber', text: '0', size: 50 };
  const { terms } = browseFor(library.snapshot(), guest, request, 'around');
  assert.deepEqual(
    terms.map(({ label }) => label),
    ['813/.54', 'KF 2925 S27 2011', 'Mag. 12 B 345', 'QC174.12 .G74 2005', 'QC 174.5 .A1'],
  );
  for (const { text, count } of terms) assert.equal(finds(text).split(' ').length, count, text);
});

test('identifiers are listed once however records write them', () => {
  const request = { ...emptyRequest, field: 'isbn', text: '978-0-306-40615-7', size: 3 };
  const { terms } = browseFor(library.snapshot(), guest, request, 'around');
  const [here] = terms.filter(({ exact }) => exact);
  assert.deepEqual([here?.label, here?.count], ['978-0-306-40615-7', 3]);
});
