import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field, item } from '../formats/test-records.ts';
import { controlField, type Field } from '../marc/record.ts';
import { isoDate } from './dates.ts';
import { initials, nameParts } from './names.ts';
import { publicationLine } from './publication.ts';
import { references } from './references.ts';
import { describeWork, type Work } from './work.ts';

const work = (...fields: readonly Field[]): Work => describeWork(item(1, fields).record);

test('a title has its remainder, part and edition, without cataloguing marks', () => {
  assert.equal(
    work(field('245__', '$aIntroductory statistics$ba decision map'), field('250__', '$a2nd ed')).title,
    'Introductory statistics: a decision map; 2nd ed',
  );
  assert.equal(work(field('24510', '$aThe sea :$bstories and poems /$cJane Doe.')).title, 'The sea: stories and poems');
  assert.equal(work(field('245__', '$aAnalyse informatique$nt.2')).title, 'Analyse informatique, t.2');
  assert.equal(work(field('245__', '$aHow well do we know it?$bResults')).title, 'How well do we know it? Results');
  const name = field('100__', '$aEllis, John,$d1946-');
  assert.equal(work(name, field('980__', '$aAUTHORITY')).title, 'Ellis, John, 1946-');
  assert.equal(work(name, field('980__', '$aARTICLE')).title, '', 'a name is no title of a work');
});

const dates: Readonly<Record<string, string | undefined>> = {
  '17 Dec 2001': '2001-12-17',
  '14 06 2000': '2000-06-14',
  'Jun 1999': '1999-06',
  '2003-05-01': '2003-05-01',
  '[c1999?].': '1999',
  'June, 1999': '1999-06',
  'n.d.': undefined,
  '98712': undefined,
};
for (const [text, expected] of Object.entries(dates)) {
  test(`the date "${text}" is ${expected ?? 'none'}`, () => assert.equal(isoDate(text), expected));
}

test('the most exact of the statements about the year counts', () => {
  assert.equal(
    work(field('909C0', '$y2001'), field('260__', '$c2001'), field('269__', '$c17 Dec 2001')).date,
    '2001-12-17',
  );
  assert.equal(work(controlField('008', '991231s1996    nyu           000 0 eng d')).date, '1996');
  assert.equal(work().date, undefined);
});

test('a host item reads the same from subfields, from one line, and twice is once', () => {
  const [local] = work(field('909C4', '$pNucl. Phys. B$v656$y2003$c23-36')).publications;
  assert.equal(publicationLine(local!), 'Nucl. Phys. B 656 (2003) pp. 23-36');
  const [plain] = work(field('7730_', '$tJournal of birds.$gVol. 12, no. 3 (2001), p. 45-50')).publications;
  assert.equal(publicationLine(plain!), 'Journal of birds 12, 3 (2001) pp. 45-50');
  assert.equal(
    work(field('773__', '$pPhys. Rev. D$v1$y2000$c3'), field('909C4', '$pPhys. Rev. D$v1$y2000$c3')).publications
      .length,
    1,
  );
});

test('identifiers are told apart and resolve where somebody resolves them', () => {
  const found = work(
    field('0247_', '$2DOI$a10.1063/1.2737136'),
    field('0247_', '$2WOS$aWOS:0002'),
    field('037__', '$ahep-th/0209226'),
    field('037__', '$aarXiv:1207.7214v2'),
    field('088__', '$aSLAC-PUB-9504'),
    field('020__', '$a0898710022 (paper)'),
  ).identifiers;
  assert.deepEqual(
    found.map((one) => [one.kind, one.value, one.url]),
    [
      ['doi', '10.1063/1.2737136', 'https://doi.org/10.1063/1.2737136'],
      ['other', 'WOS:0002', undefined],
      ['arxiv', 'hep-th/0209226', 'https://arxiv.org/abs/hep-th/0209226'],
      ['arxiv', '1207.7214', 'https://arxiv.org/abs/1207.7214'],
      ['report', 'SLAC-PUB-9504', undefined],
      ['isbn', '0898710022', undefined],
    ],
  );
});

test('a link that a browser must not follow is none', () => {
  const links = work(
    field('85640', '$ujavascript:alert(1)'),
    field('85640', '$uhttps://a.example/x.pdf$yThe file$s123'),
  ).links;
  assert.deepEqual(links, [{ url: 'https://a.example/x.pdf', label: 'The file', size: 123, checksum: undefined }]);
});

test('the kind of a work comes from 980, else from what the record says, else from the leader', () => {
  assert.equal(work(field('980__', '$aALEPHTHESIS')).type, 'thesis');
  assert.equal(work(field('502__', '$aPh.D.')).type, 'thesis');
  assert.equal(work(field('773__', '$pNature')).type, 'article');
  assert.equal(describeWork({ leader: '00000nam a2200000 a 4500', fields: [] }).type, 'book');
  assert.equal(work().type, 'other');
});

test('names are taken apart at the comma or before the family name', () => {
  assert.deepEqual(nameParts('Ellis, John R'), { family: 'Ellis', given: 'John R' });
  assert.deepEqual(nameParts('Ludwig van Beethoven'), { family: 'van Beethoven', given: 'Ludwig' });
  assert.deepEqual(nameParts('Photolab'), { family: 'Photolab', given: '' });
  assert.equal(initials('Jean-Pierre J.R.'), 'J.-P. J. R.');
});

test('a label that stands alone belongs to the reference after it', () => {
  const list = references(
    item(1, [
      field('999C5', '$o[1]'),
      field('999C5', '$mA. Author$sPhys. Rev. 1 (1990) 2'),
      field('999C5', '$o[2]$rhep-th/0112264'),
    ]).record,
  );
  assert.deepEqual(
    list.map((one) => [one.label, one.text, one.journal, one.reportNumber, one.arxiv]),
    [
      ['[1]', 'A. Author', 'Phys. Rev. 1 (1990) 2', undefined, undefined],
      ['[2]', '', undefined, 'hep-th/0112264', 'hep-th/0112264'],
    ],
  );
});
