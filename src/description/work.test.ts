import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field, item } from '../formats/test-records.ts';
import { controlField, type Field } from '../marc/record.ts';
import { isoDate } from './dates.ts';
import { type Contributor, initials, makersOf, nameParts } from './names.ts';
import { publicationLine, thesisText } from './publication.ts';
import { references } from './references.ts';
import { describeWork, type Work } from './work.ts';

const work = (...fields: readonly Field[]): Work => describeWork(item(1, fields).record);

test('a title has its remainder, part and edition, without cataloguing marks', () => {
  assert.equal(
    work(field('245__', '$aIntroductory statistics$ba decision map'), field('250__', '$a2nd ed. /')).title,
    'Introductory statistics: a decision map',
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

test('a link is followed where a browser may; else its text is kept', () => {
  const links = (value: string): readonly (readonly (string | undefined)[])[] =>
    work(field('85640', `$u${value}$yThe file$s123`)).links.map(({ url, text }) => [url, text]);
  assert.deepEqual(links('https://a.example/x.pdf'), [['https://a.example/x.pdf', 'https://a.example/x.pdf']]);
  assert.deepEqual(links('javascript:alert(1)'), [[undefined, 'javascript:alert(1)']]);
  assert.deepEqual(links('data:text/html,x'), [[undefined, 'data:text/html,x']]);
  assert.deepEqual(links('www.example.org/plain'), [['http://www.example.org/plain', 'www.example.org/plain']]);
  assert.deepEqual(links('a.example.edu:8080/x'), [['http://a.example.edu:8080/x', 'a.example.edu:8080/x']]);
  assert.deepEqual(links('doi:10.5072/xyz'), [['https://doi.org/10.5072/xyz', 'doi:10.5072/xyz']]);
  assert.deepEqual(links('hdl:2027/abc'), [['https://hdl.handle.net/2027/abc', 'hdl:2027/abc']]);
  assert.deepEqual(links('http://a.example/1, http://a.example/2'), [
    ['http://a.example/1', 'http://a.example/1'],
    ['http://a.example/2', 'http://a.example/2'],
  ]);
  // One that is looked for again at each separator would take minutes.
  const separators = `see${'; '.repeat(500_000)}`;
  assert.deepEqual(links(`${separators}http://a.example/1`).length, 2);
  assert.deepEqual(links(`${separators}x`), [[undefined, `${separators}x`]]);
  assert.deepEqual(links('http://a.example/id 18'), [['http://a.example/id%2018', 'http://a.example/id 18']]);
  assert.deepEqual(links('see the librarian'), [[undefined, 'see the librarian']]);
});

test('who did what is told by $e in several languages, by $4, and by its address; a title makes another work', () => {
  const one = work(
    field('7001_', '$aPetits, Luc$4edt'),
    field('7001_', '$aGallos, Pia$4http://id.loc.gov/vocabulary/relators/edt'),
    field('7001_', '$aRothe, Emil$eHrsg.'),
    field('7001_', '$aRoux, Ida,$eéditeur scientifique.'),
    field('7001_', '$aLindes, Bo,$etranslator.'),
    field('7001_', '$aWriter, Una,$eauthor.$eillustrator.'),
    field('70012', '$aDickins, Carl.$tTale of three ponds.'),
    field('7102_', '$aPond Institute,$eissuing body.'),
  );
  const { authors, editors, others } = makersOf(one.contributors);
  const names = (list: readonly Contributor[]): readonly string[] => list.map(({ name }) => name);
  assert.deepEqual(names(authors), ['Writer, Una']);
  assert.deepEqual(names(editors), ['Petits, Luc', 'Gallos, Pia', 'Rothe, Emil', 'Roux, Ida']);
  assert.deepEqual(names(others), ['Lindes, Bo', 'Pond Institute']);
  assert.deepEqual(
    one.related.map(({ relation, text, title }) => [relation, text, title]),
    [['contains', 'Dickins, Carl. Tale of three ponds', 'Tale of three ponds']],
  );
});

test('a name is one line: popes, bodies with units, meetings', () => {
  const name = (tag: string, text: string): string | undefined => work(field(tag, text)).contributors[0]?.name;
  assert.equal(name('1000_', '$aJohn Paul$bII,$cPope,$d1920-2005.'), 'John Paul II, Pope');
  assert.equal(name('1102_', '$aPond Institute.$bWater Department,$eauthor.'), 'Pond Institute. Water Department');
  assert.equal(
    name('1112_', '$aConference on ponds$n(3rd :$d1999 :$cGeneva)'),
    'Conference on ponds (3rd : 1999 : Geneva)',
  );
  assert.equal(name('1001_', '$aAusten, Jane,$d1775-1817.'), 'Austen, Jane');
  assert.equal(name('1102_', '$aAcme Inc.'), 'Acme Inc.');
});

test('a heading is one line without the marks between its parts', () => {
  assert.deepEqual(
    work(
      field('650_0', '$aBoats and boating$xHistory$y20th century.'),
      field('650_0', '$aNaval weapons.'),
      field('651_0', '$aGermany$vMaps.'),
      field('60010', '$aAusten, Jane,$d1775-1817$xCriticism and interpretation.'),
    ).subjects,
    [
      'Boats and boating – History – 20th century',
      'Naval weapons',
      'Germany – Maps',
      'Austen, Jane, 1775-1817 – Criticism and interpretation',
    ],
  );
});

const years: readonly (readonly [statement: string, fixed: string, year: string | undefined])[] = [
  ['1399 [2020 or 2021]', '2020', '2020'],
  ['1420 [1999]', '1999', '1999'],
  ['2543 [2000]', '2000', '2000'],
  ['1399 [2020]', '', '2020'],
  ['Heisei 8 [1996]', '1996', '1996'],
  ['1399', '2020', '2020'],
  ['2546', '', undefined],
  ['2546', '2003', '2003'],
  ['c1999.', '', '1999'],
  ['1998 [i.e. 1999]', '', '1999'],
  ['1996, c1995.', '1996', '1996'],
  ['[2003?]', '', '2003'],
  ['1854-1860', '1854', '1854'],
  ['n.d.', '1871', '1871'],
];
for (const [statement, fixed, year] of years) {
  test(`"${statement}" with "${fixed}" in the fixed field is of ${year ?? 'no year'}`, () => {
    const fixedField = controlField('008', `050101s${fixed.padEnd(4)}    ne            000 0 per d`);
    assert.equal(work(fixedField, field('260__', `$c${statement}`)).date, year);
  });
}

const parts: readonly (readonly [related: string, parts: readonly (string | undefined)[]])[] = [
  ['Vol. 12, no. 3 (2001), p. 45-50', ['12', '3', '2001', '45-50']],
  ['Bd. 12 (2001), H. 3, S. 45-50', ['12', '3', '2001', '45-50']],
  ['118(2022), 2, Seite 1-12', ['118', '2', '2022', '1-12']],
  ['volume:118$gyear:2022$gnumber:2$gpages:1-12', ['118', '2', '2022', '1-12']],
  ['T. 4, n° 2 (mai 1987), p. 101-120', ['4', '2', '1987', '101-120']],
  ['vol. 7, fasc. 1 (1990), pp. 3–9', ['7', '1', '1990', '3–9']],
  ['Jg. 3 (1911), Nr. 5, Seite 1801-1850', ['3', '5', '1911', '1801-1850']],
  ['(1999), p. 5', [undefined, undefined, '1999', '5']],
];
for (const [related, expected] of parts) {
  test(`the host item "${related}" is taken apart`, () => {
    const [one] = work(field('7730_', `$tA journal$g${related}`)).publications;
    assert.deepEqual([one!.volume, one!.issue, one!.year, one!.pages], expected);
  });
}

test('a part of a host item that stands in a field of its own belongs to the one that has a title', () => {
  const [one] = work(
    field('77318', '$gvolume:118$gyear:2022'),
    field('77308', '$tDas Teichblatt$gSeite 1-12'),
  ).publications;
  assert.equal(publicationLine(one!), 'Das Teichblatt 118 (2022) pp. 1-12');
});

test('a thesis is told by its degree, institution and year, however they stand', () => {
  const text = (value: string): string => thesisText(work(field('502__', value)).thesis!);
  assert.equal(text('$aThesis (Ph. D.)--University of Ponds, 1987.'), 'Ph. D., University of Ponds, 1987');
  assert.equal(text('$bPh.D.$cUniversity of Ponds$d1987.'), 'Ph.D., University of Ponds, 1987');
  assert.equal(text("$aMaster's thesis"), "Master's thesis");
  assert.equal(text('$aPh.D. : Univ. Central Florida : 1999'), 'Ph.D., Univ. Central Florida, 1999');
});

test('a field in its original script is read as the field it stands for', () => {
  const one = work(
    field('1001_', '$6880-01$aShen, Congyou,$d1902-1988.'),
    field('24510', '$6880-02$aBian zhen xin bian /'),
    field('8801_', '$6100-01/$1$a沈从友,$d1902-1988.'),
    field('88010', '$6245-02/$1$a边镇新编 /$c沈从友著.'),
    field('880__', '$6520-00/$1$a湘西小城的故事。'),
  );
  assert.equal(one.title, 'Bian zhen xin bian');
  assert.equal(one.original?.title, '边镇新编');
  assert.equal(one.original?.contributors[0]?.name, '沈从友');
  assert.deepEqual(one.abstracts, ['湘西小城的故事。'], 'one that is linked to none stands for itself');
});

test('the kind of material is told by 980, else by the fixed fields of MARC 21', () => {
  const kind = (leader: string, ...fields: readonly Field[]): string | undefined =>
    describeWork({ leader: `00000${leader} a2200000 a 4500`, fields }).material;
  assert.deepEqual(
    ['nam', 'nas', 'naa', 'ncm', 'nem', 'ngm', 'nim', 'njm', 'nkm', 'npc', 'nmm', 'nrm', 'nom'].map((leader) =>
      kind(leader),
    ),
    [
      'book',
      'serial',
      'article',
      'score',
      'map',
      'video',
      'speech',
      'music',
      'picture',
      'archive',
      'software',
      'object',
      'kit',
    ],
  );
  assert.equal(kind('nam', field('502__', '$aThesis')), 'thesis');
  assert.equal(kind('nam', controlField('008', '050101s1999    ne            m000 0 eng d'.padEnd(40))), 'book');
  assert.equal(kind('nam', field('980__', '$aPREPRINT')), 'preprint');
  assert.equal(kind('   '), undefined);
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

test('roles are told each once, however many there are, and only those that there are', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => `$ehelper ${i}`).join('');
  const [helper] = makersOf(work(field('700__', `$aEllis, John${many}$ehelper 1`)).contributors).others;
  assert.equal(helper?.role?.split(', ').length, 100_000);
  const [author] = makersOf(work(field('700__', '$aEllis, John$4constructor')).contributors).authors;
  assert.deepEqual([author?.role, author?.relators], [undefined, []]);
});

test('a record of UNIMARC has no author in its coded data, and no ISBN in a country', () => {
  const coded = field('100__', '$a19930114d1992 y0chib09 e.');
  const author = field('700__', '$aEllis, John');
  const unimarc = work(coded, field('020__', '$acw$b93-1'), field('200__', '$aMarshes'), author);
  assert.deepEqual(
    unimarc.contributors.map(({ name }) => name),
    ['Ellis, John'],
  );
  assert.deepEqual(unimarc.identifiers, []);
  const marc = work(coded, field('245__', '$aMarshes'), author);
  assert.equal(marc.contributors.length, 2);
});

test('an edition ends without a dash, and contents are divided at dashes between blanks or after a stop', () => {
  assert.equal(work(field('250__', '$a3d. ed. --')).edition, '3d. ed.');
  assert.equal(work(field('250__', '$a2nd ed')).edition, '2nd ed');
  const contents = (text: string) => work(field('505__', `$a${text}`)).notes[0]?.texts;
  assert.deepEqual(contents('Marsh -- Pond.--Lake'), ['Marsh', 'Pond.', 'Lake']);
  assert.deepEqual(contents('pt. 1 --/--4. Ponds-- and lakes'), ['pt. 1 --/--4. Ponds-- and lakes']);
});

test('a thesis and contents are read in time that grows with their text', () => {
  const blanks = ' '.repeat(500_000);
  const { thesis, notes } = work(
    field('502__', `$aThesis (Ph. D.)${blanks}x -- Pond${blanks}x, [1987].`),
    field('505__', `$aMarsh${blanks}x -- Pond--Lake`),
  );
  assert.deepEqual([thesis?.degree, thesis?.institution], ['Ph. D.', `Pond${blanks}x`]);
  assert.deepEqual(notes[0]?.texts, [`Marsh${blanks}x`, 'Pond--Lake']);
  const names = Array.from({ length: 50_000 }, (_, i) => `$apond ${i}${i === 0 ? '!' : ''}`).join('');
  assert.match(work(field('490__', names)).series[0] ?? '', /^pond 0! pond 1\. pond 2\. /);
});
