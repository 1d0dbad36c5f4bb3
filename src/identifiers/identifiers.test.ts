import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { arxivOf } from './arxiv.ts';
import { callNumberOf, callNumbersIn, callNumberWords, compactCallNumber, shelfKey } from './call-number.ts';
import { doiIn, doiOf } from './doi.ts';
import { isbn10, isbnAlone, isbnOf, isbnsIn } from './isbn.ts';
import { issnAlone, issnOf } from './issn.ts';
import { bareOclc, oclcOf } from './oclc.ts';
import { reportNumberOf } from './report-number.ts';

/** All texts give the form. */
function all(form: string | undefined, of: (text: string) => string | undefined, texts: readonly string[]): void {
  for (const text of texts) assert.equal(of(text), form, text);
}

test('an ISBN has thirteen digits, however it is written', () => {
  const forms = [
    '9780306406157',
    '978-0-306-40615-7 (pbk.)',
    '978 0 306 40615 7',
    '978–0–306–40615–7',
    '0306406152',
    '0-306-40615-2 : $20',
    'ISBN 0-306-40615-2 :',
    'ISBN-13: 978-0-306-40615-7',
    'SBN 306-40615-2',
    '9780306406157hardback',
  ];
  all('9780306406157', isbnOf, forms);
  assert.equal(isbnOf('0-8044-2957-x'), '9780804429573');
  assert.equal(isbn10('9780804429573'), '080442957X');
  assert.equal(isbn10('9791090636071'), undefined);
  all('0306406153', isbnOf, ['0306406153', '0-306-40615-3']);
  all(undefined, isbnOf, ['', '12345', '97803064061571', 'none', '(pbk.)']);
  assert.deepEqual(
    isbnsIn('0306406152 (v. 1) 978-0-8044-2957-3').map(({ written }) => written),
    ['0306406152', '978-0-8044-2957-3'],
  );
});

test('a text that is an ISBN or ISSN alone is told from one that holds one, and from other digits', () => {
  all('9780306406157', isbnAlone, ['978 0 306 40615 7', 'ISBN 0-306-40615-2 :', 'isbn:0306406152 (pbk.)']);
  all('0306406153', isbnAlone, ['0306406153', '0-306-40615-3']);
  all(undefined, isbnAlone, ['0 306 40615 3', 'higgs 0306406152', '1999 2000 2001', '20051231']);
  all('0317-8471', issnAlone, ['0317-8471', 'ISSN 0317-8471', '03178471', 'issn-l: 0317-8471 (online)']);
  all(undefined, issnAlone, ['1999-2000', '20051231', '0317 8471']);
});

test('an ISSN has a hyphen and a capital X', () => {
  all('0317-8471', issnOf, ['0317-8471', '03178471', 'ISSN 0317–8471', '0317-8471 (print)', '0317 8471']);
  all('1050-124X', issnOf, ['1050-124x', '1050124X']);
  all(undefined, issnOf, ['', '123-4567', '1234-56789']);
});

test('a DOI is one bare, after doi:, as an address, with signs encoded', () => {
  const forms = [
    '10.5072/0370-2693(85)90357-4',
    'doi:10.5072/0370-2693(85)90357-4',
    'DOI: 10.5072/0370-2693(85)90357-4.',
    'doi 10.5072/0370-2693(85)90357-4',
    'https://doi.org/10.5072/0370-2693(85)90357-4',
    'http://dx.doi.org/10.5072/0370-2693%2885%2990357-4',
    'doi.org/10.5072/0370-2693(85)90357-4',
    'https://doi-org.proxy.example/10.5072/0370-2693(85)90357-4',
    'info:doi/10.5072/0370-2693(85)90357-4',
    'urn:doi:10.5072/0370-2693(85)90357-4',
    '10.5072%2F0370-2693%2885%2990357-4',
    '<https://doi.org/10.5072/0370-2693(85)90357-4>',
    '(doi:10.5072/0370-2693(85)90357-4)',
    'https://doi.org/doi:10.5072/0370-2693(85)90357-4',
  ];
  all('10.5072/0370-2693(85)90357-4', doiOf, forms);
  const sici = '10.5072/(SICI)1096-9861(19971020)387:2<167::AID-XY1>3.0.CO;2-Z';
  all(sici, doiOf, [sici, `https://doi.org/${sici}`, `https://doi.org/${encodeURIComponent(sici)}`]);
  all(undefined, doiOf, ['', '10.3', 'version 10.3/4', 'https://example.org/10.5072/x', '10.1/x', 'W10.5072/x']);
  assert.equal(doiOf('10.1000.10/123%20x'), '10.1000.10/123%20x');
  all('10.5072/x', doiIn, ['see doi:10.5072/x, page 2', 'https://example.org/10.5072/x', '10.5072/x']);
});

test('a number of arXiv has no version, class or address', () => {
  all('hep-th/9611127', arxivOf, [
    'hep-th/9611127',
    'arXiv:hep-th/9611127v2 [hep-th]',
    'HEP-TH/9611127',
    'oai:arXiv.org:hep-th/9611127',
    'https://arxiv.org/pdf/hep-th/9611127v1.pdf',
  ]);
  all('math/0309136', arxivOf, ['math.GT/0309136', 'arXiv:math/0309136']);
  all('2101.01234', arxivOf, [
    '2101.01234',
    'arXiv: 2101.01234v3',
    'arXiv:2101.01234 [astro-ph.CO]',
    'https://www.arxiv.org/abs/2101.01234v3',
    '10.48550/arXiv.2101.01234',
    'https://doi.org/10.48550/arXiv.2101.01234',
  ]);
  all(undefined, arxivOf, ['', 'CERN-TH/4036', '1999.12', 'hep-th 9611127']);
});

test('a report number is one with dashes, blanks, dots and slashes', () => {
  all('cern-th-4036-85', reportNumberOf, ['CERN-TH.4036/85', 'CERN TH 4036 85', ' cern-th-4036-85 [rev.]']);
  all('hep-th-9611127', reportNumberOf, ['hep-th/9611127', 'arXiv:hep-th/9611127v2', 'HEP-TH 9611127']);
  assert.equal(reportNumberOf(' - '), undefined);
});

test('an OCLC number has no prefix and no zeros', () => {
  all('12345', oclcOf, ['(OCoLC)ocm00012345', 'ocm00012345 ', '(OCoLC)12345', 'OCLC no. 12345', 'OCLC: 12345']);
  all('814782', oclcOf, ['https://www.worldcat.org/oclc/814782', 'http://worldcat.org/title/x/oclc/814782']);
  all('9812345678', oclcOf, ['on9812345678', '(OCoLC)on9812345678']);
  all(undefined, oclcOf, ['12345', '(DE-599)12345', 'on12', 'ocmx']);
  assert.equal(bareOclc('0012345'), '12345');
});

test('a call number is one with blanks and dots between its parts or without', () => {
  const forms = ['QC174.12 .G74 2005', 'QC 174.12 G74 2005', 'qc174.12.G74 2005', 'QC 174.12 .G74 2005.'];
  all('qc 3174.12 g74 42005', shelfKey, forms);
  all('qc174.12g742005', compactCallNumber, forms);
  all('QC 174.12 G74 2005', (text) => callNumberOf(shelfKey(text)!), forms);
  assert.equal(shelfKey('KF2925'), shelfKey('KF 2925'));
  all('3813.54 smi', shelfKey, ['813/.54 SMI', "813.5'4 Smi", '813.54/SMI']);
  assert.equal(shelfKey('QC 174*'), 'qc 3174*');
  assert.equal(shelfKey(' . '), undefined);
  const words = ['qc', '174.12', 'g74', '2005', 'qc174.12', 'qc174.12g74', 'qc174.12g742005'];
  assert.deepEqual(callNumberWords('QC174.12 .G74 2005'), words);
});

test('shelf keys are in the order of the shelf', () => {
  const shelves = [
    ['M 5', 'Q 9', 'Q 10', 'QA 76', 'QA 76 1999', 'QA 76 .A2', 'QA 76.5', 'QA 76.15', 'QC 5', 'QC 174 .G74', 'QC 1741'],
    ['PS3 .G7', 'PS3 .G7 2004', 'PS3 .G74', 'PS3 .G74 2005', 'PS3 .G74 2005 v.2', 'PS3 .G74 2005 v.10', 'PS3 .G8'],
    ['005.1 A', '005.13', '823 B', '823.9 A', '823.91', '823.914 ADA', '823.92'],
    ['Mag. 2 C 9', 'Mag. 12 B 5', 'Mag. 12 B 345', 'Mag. 12 C 1'],
  ];
  // 76.15 stands before 76.5: what follows the point is a decimal.
  shelves[0]!.splice(6, 2, 'QA 76.15', 'QA 76.5');
  for (const shelf of shelves) {
    const sorted = shelf.toSorted((a, b) => (shelfKey(a)! < shelfKey(b)! ? -1 : 1));
    assert.deepEqual(sorted, shelf);
  }
});

test('what is shown of a shelf key has the same key', () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[A-Z]{1,3} ?\d{1,4}(\.\d{1,3})?( ?\.?[A-Z]\d{1,3}[a-z]?){0,2}( \d{4})?$/),
  );
  assertProperty(
    fc.property(text, (given) => {
      const key = shelfKey(given.replaceAll('*', ''));
      if (key !== undefined) assert.equal(shelfKey(callNumberOf(key)), key);
    }),
  );
});

test('the call numbers of a field of MARC 21', () => {
  const of = (...pairs: readonly string[]) =>
    callNumbersIn(pairs.map((pair) => ({ code: pair[0]!, value: pair.slice(1) })));
  assert.deepEqual(of('aQC174.12', 'b.G74 2005'), ['QC174.12 .G74 2005']);
  assert.deepEqual(of('aZ7164.L3', 'bM3', 'aHX11'), ['Z7164.L3 M3', 'HX11']);
  assert.deepEqual(of('a813/.54', '220'), ['813/.54']);
  assert.deepEqual(of('kRef', 'hQC 174', 'i.G74', 'mfolio'), ['Ref QC 174 .G74 folio']);
  assert.deepEqual(of('jMag. 12'), ['Mag. 12']);
  assert.deepEqual(of('b.G74'), []);
});
