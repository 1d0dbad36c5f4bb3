import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { assertProperty } from '../../test/support/property.ts';
import { describeWork } from '../description/work.ts';
import { compilePath } from '../marc/path.ts';
import { dataField, type Field, type MarcRecord } from '../marc/record.ts';
import { atomEntry, atomFeed } from './atom.ts';
import type { ExportContext } from './export-format.ts';
import { idFormat, pageFormats } from './format-names.ts';
import {
  askedFormat,
  exportFormat,
  exportFormats,
  isPage,
  programFormatPattern,
  requireExportFormat,
} from './formats.ts';
import type { ExportItem } from './item.ts';
import { schemaOrg } from './metadata.ts';
import { field, item, writerFor } from './test-records.ts';

const context: ExportContext = {
  total: 3,
  baseUrl: 'https://library.example',
  library: 'Library & Tests',
  page: '/search?p=a&f=b',
  single: false,
  only: [],
  paths: [],
};

const written = writerFor(context);

const higgs = item(
  1,
  [
    field('037__', '$aarXiv:1207.7214'),
    field('0247_', '$2DOI$a10.1016/j.physletb.2012.08.020'),
    field('041__', '$aeng'),
    field('100__', '$aMüller, Jörg$uCERN'),
    field('700__', "$aO'Neill, Mary K"),
    field('710__', '$gATLAS Collaboration'),
    field('245__', '$aObservation of a $new$ particle at 100% & more'),
    field('520__', '$aA new <particle>.'),
    field('65017', '$aParticle Physics - Experiment'),
    field('773__', '$pPhys. Lett. B$v716$y2012$c1-29'),
    field('8564_', '$uhttps://cds.example/higgs.pdf$s12345'),
    field('980__', '$aARTICLE'),
  ].map((one, i) =>
    i === 6 ? dataField('245', ' ', ' ', [{ code: 'a', value: 'Observation of $m_{H}$ at 100% & more' }]) : one,
  ),
  '00000nam a2200000 a 4500',
);
const thesis = item(2, [
  field('100__', '$aDoe, Jane'),
  field('245__', '$aA thesis {on} braces'),
  field('502__', '$aM.Sc. : Univ. Somewhere : 1999'),
  field('260__', '$c1999'),
  field('980__', '$aTHESIS'),
]);
const bare = item(3, []);

/** Throws when it is not well formed. */
function wellFormed(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
}

const xmlFormats = exportFormats
  .filter(({ extension }) => extension === 'xml' || extension === 'rss')
  .map(({ code }) => code);

for (const code of xmlFormats) {
  test(`${code} is well formed, says how many were found, and may be empty`, () => {
    const text = written(code, [higgs, thesis, bare]);
    wellFormed(text);
    assert.match(text, /<!-- Search-Engine-Total-Number-Of-Results: 3 -->/);
    wellFormed(written(code, []));
  });
}

test('MARCXML has the layout that scripts compare with', () => {
  assert.equal(
    written('xm', [item(7, [field('100__', '$aPhotolab$uCERN')])]),
    `<?xml version="1.0" encoding="UTF-8"?>
<!-- Search-Engine-Total-Number-Of-Results: 3 -->
<collection xmlns="http://www.loc.gov/MARC21/slim">
<record>
  <controlfield tag="001">7</controlfield>
  <controlfield tag="005">20260102030405.0</controlfield>
  <datafield tag="100" ind1=" " ind2=" ">
    <subfield code="a">Photolab</subfield>
    <subfield code="u">CERN</subfield>
  </datafield>
</record>

</collection>
`,
  );
});

test('with ot only those fields are written, and the number', () => {
  const only = ['100', '245__a'];
  const text = written('xm', [higgs], { only, paths: only.map(compilePath) });
  assert.deepEqual(
    [...text.matchAll(/tag="(\d+)"/g)].map((match) => match[1]),
    ['001', '100', '245'],
  );
  assert.doesNotMatch(text, /<leader>/);
  assert.equal(
    written('tm', [higgs, thesis], { only: ['100'] }),
    '000000001 100__ $$aMüller, Jörg$$uCERN\n000000002 100__ $$aDoe, Jane\n',
  );
  assert.equal(written('tm', [higgs], { only: ['700__a'] }), "O'Neill, Mary K\n");
});

test('recjson is one array with blanks as Invenio wrote them, has its keys, and ot chooses some', () => {
  assert.equal(written('recjson', [higgs, thesis], { only: ['recid'] }), '[{"recid": 1},{"recid": 2}]\n');
  const [first, second] = JSON.parse(written('recjson', [higgs, thesis]));
  assert.deepEqual(first.title, { title: 'Observation of $m_{H}$ at 100% & more' });
  assert.deepEqual(first.authors, [
    { full_name: 'Müller, Jörg', first_name: 'Jörg', last_name: 'Müller', affiliation: 'CERN' },
    { full_name: "O'Neill, Mary K", first_name: 'Mary K', last_name: "O'Neill" },
  ]);
  assert.deepEqual(first.subject, { term: 'Particle Physics - Experiment' });
  assert.deepEqual(first.publication_info, { pagination: '1-29', title: 'Phys. Lett. B', volume: '716', year: '2012' });
  assert.equal(first.primary_report_number, 'arXiv:1207.7214');
  assert.deepEqual([second.number_of_authors, second.imprint, second.doi], [1, { date: '1999' }, undefined]);
  assert.equal(
    written('recjson', [higgs], { only: ['doi', 'nothing', 'constructor'] }),
    '[{"doi": "10.1016/j.physletb.2012.08.020"}]\n',
  );
});

test('JSON says what the record says, and ot chooses keys', () => {
  const [first, , third] = JSON.parse(written('js', [higgs, thesis, bare]));
  assert.equal(first.title.title, 'Observation of $m_{H}$ at 100% & more');
  assert.deepEqual(first.authors[0], { full_name: 'Müller, Jörg', kind: 'person', affiliation: ['CERN'] });
  assert.equal(
    written('json', [higgs], { only: ['doi', 'constructor'] }),
    '[{"doi":"10.1016/j.physletb.2012.08.020"}]\n',
  );
  assert.equal(first.doi, '10.1016/j.physletb.2012.08.020');
  assert.equal(third.recid, 3);
  assert.equal(third.title, undefined);
});

test('BibTeX: entry type by kind, names, mathematics kept, everything else escaped', () => {
  const text = written('hx', [higgs, thesis]);
  const [article = '', master = ''] = text.split('\n\n');
  assert.match(article, /^@article\{Muller:2012:1,\n/);
  assert.match(article, /author {8}= \{M\{\\"u\}ller, J\{\\"o\}rg and O'Neill, Mary K\}/);
  assert.match(article, /title {9}= \{\{Observation of \$m_\{H\}\$ at 100\\% \\& more\}\}/);
  assert.match(article, /pages {9}= \{1--29\}/);
  assert.match(article, /collaboration = \{ATLAS\}/);
  assert.match(article, /archiveprefix = \{arXiv\}/);
  assert.match(master, /^@mastersthesis\{Doe:1999:2,/);
  assert.match(master, /school {8}= \{Univ\. Somewhere\}/);
  assert.match(master, /\\textbraceleft\{\}on\\textbraceright\{\}/);
});

test('MODS and JSON say where a copy is', () => {
  const copy = item(1, [field('852__', '$aMain Library$cReading room$hQC174.12$i.G74 2005')]);
  const location =
    '<location><physicalLocation>Main Library, Reading room</physicalLocation><shelfLocator>QC174.12 .G74 2005</shelfLocator></location>';
  assert.ok(written('xo', [copy]).includes(location));
  const [json] = JSON.parse(written('js', [copy]));
  assert.deepEqual(json.holdings, [{ place: ['Main Library', 'Reading room'], shelf_mark: 'QC174.12 .G74 2005' }]);
  assert.equal(json.call_numbers, undefined);
});

test('Dublin Core has the elements that a harvester expects', () => {
  const text = written('xd', [higgs]);
  for (const [name, value] of [
    ['creator', 'Müller, Jörg'],
    ['contributor', 'ATLAS Collaboration'],
    ['date', '2012'],
    ['description', 'A new &lt;particle&gt;.'],
    ['identifier', 'https://library.example/record/1'],
    ['identifier', 'https://doi.org/10.1016/j.physletb.2012.08.020'],
    ['language', 'eng'],
    ['type', 'Text'],
  ]) {
    assert.ok(text.includes(`<dc:${name}>${value}</dc:${name}>`), `${name} ${value}`);
  }
});

test('a feed is well formed and an entry without authors has one', () => {
  const text = atomFeed({
    title: 'A & B',
    baseUrl: 'https://library.example',
    self: '/feed?p=a&b',
    page: '/search',
    total: 7,
    updated: higgs.modified,
    entries: [higgs, bare].map((one) => atomEntry(one, 'https://library.example')),
  });
  wellFormed(text);
  assert.equal(text.match(/<entry>/g)?.length, 2);
  assert.match(text, /<opensearch:totalResults>7</);
  assert.equal(text.match(/<author>/g)?.length, 3);
  assert.match(text, /<updated>2026-01-02T03:04:05\.000Z<\/updated>/);
});

const value = fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => text !== '');
const subfield = fc.record({
  code: fc.constantFrom('a', 'b', 'c', 'p', 'u', 'v', 'y', '2', 'o', 's', 'r', 'm', 'g', '9'),
  value,
});
const tag = fc.constantFrom(
  '020',
  '024',
  '035',
  '037',
  '041',
  '088',
  '100',
  '110',
  '245',
  '250',
  '260',
  '300',
  '500',
  '502',
  '520',
  '540',
  '650',
  '653',
  '700',
  '710',
  '773',
  '856',
  '909',
  '980',
  '999',
);
const indicators = fc.constantFrom('  ', '7 ', 'C0', 'C4', 'C5', '4 ', '17');
const anyField: fc.Arbitrary<Field> = fc
  .tuple(tag, indicators, fc.array(subfield, { minLength: 1, maxLength: 4 }))
  .map(([name, ind, subfields]) => dataField(name, ind.charAt(0), ind.charAt(1), subfields));
const anyRecord: fc.Arbitrary<MarcRecord['fields']> = fc.array(anyField, { maxLength: 12 });

test('whatever a record holds, no format fails, XML is well formed, JSON is JSON, BibTeX braces balance', () => {
  assertProperty(
    fc.property(anyRecord, (fields) => {
      const one = item(5, fields);
      for (const code of xmlFormats) wellFormed(written(code, [one]));
      wellFormed(
        atomFeed({
          title: 't',
          baseUrl: 'https://x.example',
          self: '/feed',
          page: '/',
          total: 1,
          updated: one.modified,
          entries: [atomEntry(one, 'https://x.example')],
        }),
      );
      for (const code of ['js', 'recjson', 'mj', 'csl']) assert.equal(JSON.parse(written(code, [one])).length, 1);
      let depth = 0;
      for (const character of written('hx', [one])) {
        depth += character === '{' ? 1 : character === '}' ? -1 : 0;
        assert.ok(depth >= 0);
      }
      assert.equal(depth, 0);
      for (const { code } of exportFormats) written(code, [one]);
    }),
    { numRuns: 300 },
  );
});

test('a citation key needs no other record and a known one is kept', () => {
  const key = (one: ExportItem): string | undefined => /@\w+\{([^,]+),/.exec(written('hx', [one]))?.[1];
  assert.equal(key(bare), 'record:3');
  assert.equal(key(item(9, [field('100__', '$aÅngström, Anders')])), 'Angstrom:9');
  assert.equal(key(item(9, [field('035__', '$9BibTeX$aWitten:1998qj')])), 'Witten:1998qj');
});

test('every format is found by its code and its other names, in any case', () => {
  for (const format of exportFormats) {
    for (const name of [format.code, ...format.aliases]) assert.equal(exportFormat(name.toUpperCase()), format);
  }
  assert.equal(exportFormat('hb'), undefined);
  assert.throws(() => requireExportFormat('nonsense'), { code: 'REPERIO_FORMAT_UNKNOWN', message: /nonsense/ });
});

test('what `of` asks for is a page, numbers or an export, by any name in any case', () => {
  for (const page of pageFormats) assert.deepEqual(askedFormat(page.code.toUpperCase()), { kind: 'page', page });
  for (const code of ['', 'h', 'hbx', 'hxx', '12', '2450_a']) {
    assert.equal(isPage(code), code !== '2450_a', code);
    if (code !== '2450_a') assert.deepEqual(askedFormat(code), { kind: 'page', page: pageFormats[0] }, code);
  }
  for (const code of [idFormat.code, ...idFormat.aliases]) assert.deepEqual(askedFormat(code), { kind: 'ids' });
  for (const format of exportFormats)
    for (const code of [format.code, ...format.aliases])
      assert.deepEqual(askedFormat(code.toUpperCase()), { kind: 'export', format }, code);
  assert.deepEqual(askedFormat('nothing'), { kind: 'export', format: undefined });
  assert.equal(askedFormat('245__a').kind, 'export');
});

test('the pattern of formats for programs is one that POSIX programs read alike', () => {
  const names = [...pageFormats, idFormat, ...exportFormats].map(({ code }) => code);
  const asked = [
    ...names,
    ...exportFormats.flatMap(({ aliases }) => aliases),
    '245__a',
    '245  a',
    '24',
    'hxx',
    'harvar',
  ];
  const { stdout } = spawnSync('grep', ['-iE', programFormatPattern], { input: asked.join('\n'), encoding: 'utf8' });
  assert.deepEqual(
    stdout.trimEnd().split('\n'),
    asked.filter((code) => !isPage(code)),
  );
});

test('a number of unknown kind in 024 is no report number for search engines', () => {
  const { record } = item(1, [field('0248_', '$a12345'), field('088__', '$aREPORT-1')]);
  const address = 'https://library.example/record/1';
  const place = { address, id: 1, library: 'L', libraryAddress: 'https://library.example' };
  const { identifier } = schemaOrg(describeWork(record), place);
  assert.deepEqual(JSON.parse(JSON.stringify(identifier)), [
    { '@type': 'PropertyValue', value: '12345' },
    { '@type': 'PropertyValue', propertyID: 'report number', value: 'REPORT-1' },
  ]);
});
