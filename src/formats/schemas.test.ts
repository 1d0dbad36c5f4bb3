import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { assertProperty } from '../../test/support/property.ts';
import type { Field } from '../marc/record.ts';
import type { ExportContext } from './export-format.ts';
import { requireExportFormat } from './formats.ts';
import { field, item, writerFor } from './test-records.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes: attributes as Record<string, string>, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    open.at(-1)!.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return root.children[0]!;
}

function every(element: Element, visit: (one: Element) => void): void {
  visit(element);
  for (const child of element.children) every(child, visit);
}

/**
 * What a schema demands of the children of an element, as far as we write them: in this order, "!"
 * exactly one, "+" at least one, "?" at most one, "*" any number. `any` allows any order.
 */
interface Demand {
  readonly children: string;
  readonly any?: boolean;
  readonly attributes?: readonly string[];
}

function check(root: Element, demands: Readonly<Record<string, Demand>>): void {
  every(root, ({ name, attributes, children }) => {
    const demand = Object.hasOwn(demands, name) ? demands[name] : undefined;
    if (demand === undefined) {
      assert.equal(children.length, 0, `${name} is not described`);
      return;
    }
    const parts = demand.children
      .split(' ')
      .filter(Boolean)
      .map((part) => ({ name: part.slice(0, -1), often: part.slice(-1) }));
    for (const { name: child, often } of parts) {
      const count = children.filter((one) => one.name === child).length;
      if (often === '!') assert.equal(count, 1, `${name} has ${count} ${child}`);
      if (often === '+') assert.ok(count >= 1, `${name} has no ${child}`);
      if (often === '?') assert.ok(count <= 1, `${name} has ${count} ${child}`);
    }
    const places = children.map((one) => parts.findIndex((part) => part.name === one.name));
    assert.ok(!places.includes(-1), `${name} may not have ${children[places.indexOf(-1)]?.name}`);
    if (demand.any !== true)
      assert.deepEqual(
        places,
        [...places].sort((a, b) => a - b),
        `children of ${name}: ${children.map((one) => one.name)}`,
      );
    for (const attribute of demand.attributes ?? []) assert.ok(attribute in attributes, `${name} has no ${attribute}`);
  });
}

/**
 * kernel-4 4.6: the children of resource may come in any order (xs:all), those of creator may not.
 */
const dataCite: Readonly<Record<string, Demand>> = {
  resource: {
    children:
      'identifier! creators! titles! publisher! publicationYear! resourceType! subjects? contributors? dates? language? alternateIdentifiers? sizes? rightsList? descriptions? relatedItems?',
    any: true,
    attributes: ['xmlns'],
  },
  identifier: { children: '', attributes: ['identifierType'] },
  creators: { children: 'creator+' },
  creator: { children: 'creatorName! givenName? familyName? nameIdentifier* affiliation*' },
  contributors: { children: 'contributor*' },
  contributor: {
    children: 'contributorName! givenName? familyName? nameIdentifier* affiliation*',
    attributes: ['contributorType'],
  },
  nameIdentifier: { children: '', attributes: ['nameIdentifierScheme'] },
  titles: { children: 'title+' },
  resourceType: { children: '', attributes: ['resourceTypeGeneral'] },
  subjects: { children: 'subject*' },
  dates: { children: 'date*' },
  date: { children: '', attributes: ['dateType'] },
  alternateIdentifiers: { children: 'alternateIdentifier*' },
  alternateIdentifier: { children: '', attributes: ['alternateIdentifierType'] },
  sizes: { children: 'size*' },
  rightsList: { children: 'rights*' },
  descriptions: { children: 'description*' },
  description: { children: '', attributes: ['descriptionType'] },
  relatedItems: { children: 'relatedItem*' },
  relatedItem: {
    children: 'titles? publicationYear? volume? issue? firstPage? lastPage?',
    attributes: ['relatedItemType', 'relationType'],
  },
};

/** MODS 3.8: everything in any order. */
const mods: Readonly<Record<string, Demand>> = {
  modsCollection: { children: 'mods*', attributes: ['xmlns'] },
  mods: {
    children:
      'titleInfo* name* typeOfResource* genre* originInfo* language* physicalDescription* abstract* note* subject* relatedItem* identifier* location* accessCondition* recordInfo*',
    any: true,
    attributes: ['version'],
  },
  titleInfo: { children: 'title+', any: true },
  name: { children: 'namePart+ role* affiliation* nameIdentifier*', any: true },
  role: { children: 'roleTerm+' },
  originInfo: { children: 'place* publisher* dateIssued* edition*', any: true },
  place: { children: 'placeTerm+' },
  language: { children: 'languageTerm+' },
  physicalDescription: { children: 'extent*' },
  subject: { children: 'topic*' },
  relatedItem: { children: 'titleInfo* part*', any: true, attributes: ['type'] },
  part: { children: 'detail* extent* date*', any: true },
  detail: { children: 'number*', attributes: ['type'] },
  extent: { children: 'start? end?' },
  location: { children: 'physicalLocation* shelfLocator* url*' },
  recordInfo: { children: 'recordCreationDate* recordChangeDate* recordIdentifier*', any: true },
};

const resourceTypes = new Set(['text', 'still image', 'moving image']);

/** JATS 1.3 Archiving, the parts that we write. */
const jats: Readonly<Record<string, Demand>> = {
  articles: { children: 'article*' },
  article: { children: 'front! back?', attributes: ['article-type'] },
  front: { children: 'journal-meta? article-meta!' },
  'journal-meta': { children: 'journal-title-group? issn* publisher?' },
  'journal-title-group': { children: 'journal-title*' },
  publisher: { children: 'publisher-name! publisher-loc?' },
  'article-meta': {
    children:
      'article-id* title-group! contrib-group* pub-date* volume? issue? elocation-id? fpage? lpage? permissions? self-uri* abstract* kwd-group*',
  },
  'article-id': { children: '', attributes: ['pub-id-type'] },
  'title-group': { children: 'article-title! trans-title-group*' },
  'trans-title-group': { children: 'trans-title!' },
  'contrib-group': { children: 'contrib+' },
  contrib: { children: 'contrib-id* name? collab? aff*', attributes: ['contrib-type'] },
  name: { children: 'surname! given-names?' },
  'pub-date': { children: 'day? month? year!' },
  permissions: { children: 'license*' },
  license: { children: 'license-p+' },
  abstract: { children: 'p+' },
  'kwd-group': { children: 'kwd+' },
  back: { children: 'ref-list!' },
  'ref-list': { children: 'ref+' },
  ref: { children: 'label? mixed-citation!', attributes: ['id'] },
  'mixed-citation': { children: 'pub-id* ext-link*' },
};

/** EndNote's document type (RSXML): the children of a record are in order. */
const endNote: Readonly<Record<string, Demand>> = {
  xml: { children: 'records!' },
  records: { children: 'record*' },
  record: {
    children:
      'source-app! rec-number! ref-type! contributors? titles? periodical? pages? volume? number? edition? keywords? dates? pub-location? publisher? isbn? report-id? electronic-resource-num? abstract? work-type? language? urls!',
  },
  'ref-type': { children: '', attributes: ['name'] },
  contributors: { children: 'authors? secondary-authors? subsidiary-authors?' },
  authors: { children: 'author+' },
  'secondary-authors': { children: 'author+' },
  'subsidiary-authors': { children: 'author+' },
  titles: { children: 'title? secondary-title? alt-title?' },
  periodical: { children: 'full-title?' },
  keywords: { children: 'keyword+' },
  dates: { children: 'year? pub-dates?' },
  'pub-dates': { children: 'date?' },
  urls: { children: 'related-urls! pdf-urls?' },
  'related-urls': { children: 'url+' },
  'pdf-urls': { children: 'url+' },
};

/** RSS 2.0: title, link and description of a channel; an item has a title or a description. */
const rss: Readonly<Record<string, Demand>> = {
  rss: { children: 'channel!', attributes: ['version'] },
  channel: { children: 'title! link! description! generator? docs? ttl? opensearch:totalResults! item*' },
  item: { children: 'title! link? description? dc:creator* category* guid! pubDate!' },
};

const refWorks: Readonly<Record<string, Demand>> = {
  refworks: { children: 'reference*' },
  reference: {
    children: 'rt! sr! id! a1* t1? jf? yr? fd? vo? is? sp? op? k1* ab? no* a2* t2? ed? pb? pp? sn? la? do? lk!',
  },
};

const demands = { dcite: dataCite, xo: mods, xn: jats, xe: endNote, xr: rss, xw: refWorks } as const;

const context: ExportContext = {
  total: 1,
  baseUrl: 'https://library.example',
  library: 'Library',
  page: '/search?p=x',
  single: true,
  only: [],
  paths: [],
};

const written = writerFor(context);

const part = fc.constantFrom(
  field('0247_', '$2DOI$a10.1000/xyz'),
  field('020__', '$a978-0'),
  field('022__', '$a0028-0836'),
  field('037__', '$aarXiv:1207.7214'),
  field('088__', '$aCERN-TH-1'),
  field('041__', '$aeng'),
  field('041__', '$aEnglish and more'),
  field('100__', '$aMüller, Jörg$uCERN$jORCID:0000-0001-2345-6789'),
  field('100__', '$aPlato'),
  field('700__', '$aDoe, Jane$eed.'),
  field('700__', '$aRoe, Max$esupervisor'),
  field('110__', '$aCERN'),
  field('711__', '$aA meeting'),
  field('710__', '$gATLAS Collaboration'),
  field('245__', '$aA title & more$bof $x_1$'),
  field('246__', '$aOther title'),
  field('250__', '$a2nd ed'),
  field('260__', '$aGeneva$bCERN$c17 Dec 2001'),
  field('260__', '$c1999'),
  field('300__', '$a12 p'),
  field('490__', '$aSeries$v3'),
  field('500__', '$aA note'),
  field('502__', '$bPhD$cUniv. Somewhere$d2001'),
  field('520__', '$aWe <see> it.'),
  field('540__', '$aCC BY$uhttps://creativecommons.org/licenses/by/4.0/'),
  field('65017', '$aPhysics'),
  field('6531_', '$aboson'),
  field('773__', '$pPhys. Lett. B$v716$n2$y2012$c1-29'),
  field('773__', '$pPhys. Rev.$c012345$yin press'),
  field('852__', '$aMain$hQC1$i.A1'),
  field('852__', '$jMag. 12'),
  field('8564_', '$uhttps://x.example/a.pdf'),
  field('980__', '$aARTICLE'),
  field('980__', '$aTHESIS'),
  field('980__', '$aPREPRINT'),
  field('999C5', '$o[1]$hSomebody$sPhys. Lett. B 1 (1990) 2$a10.1000/abc$uhttps://y.example/'),
);
const anyFields: fc.Arbitrary<readonly Field[]> = fc.uniqueArray(part, { maxLength: 20 });

for (const code of Object.keys(demands) as (keyof typeof demands)[]) {
  test(`${code} is what its schema demands, whatever a record has`, () => {
    assertProperty(
      fc.property(anyFields, (fields) => check(parse(written(code, [item(1, fields)])), demands[code])),
      { numRuns: 200 },
    );
  });
}

test('an empty answer is a document without records', () => {
  for (const code of Object.keys(demands) as (keyof typeof demands)[]) {
    const root = parse(written(code, [], { single: false, total: 0 }));
    every(root, ({ name }) =>
      assert.ok(!['resource', 'mods', 'article', 'record', 'item', 'reference'].includes(name), name),
    );
  }
});

test('values that schemas restrict', () => {
  assertProperty(
    fc.property(anyFields, (fields) => {
      const one = item(1, fields);
      const resource = parse(written('dcite', [one]));
      const child = (root: Element, name: string): Element | undefined =>
        root.children.find((each) => each.name === name);
      assert.match(child(resource, 'publicationYear')?.text ?? '', /^\d{4}$/);
      every(resource, ({ name, text }) => {
        if (['creatorName', 'title', 'publisher', 'identifier', 'resourceType', 'language'].includes(name))
          assert.notEqual(text, '');
        if (name === 'language') assert.match(text, /^[a-z]{2,3}$/);
      });
      const work = parse(written('xo', [one])).children[0]!;
      every(work, ({ name, text }) => {
        if (name === 'typeOfResource') assert.ok(resourceTypes.has(text));
        if (/^(dateIssued|record.*Date)$/.test(name)) assert.match(text, /^\d{4}(-\d\d(-\d\d)?)?$/);
      });
      every(parse(written('xr', [one])), ({ name, text }) => {
        if (name === 'pubDate') assert.match(text, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
      });
    }),
    { numRuns: 200 },
  );
});

test('a record by its address is a DataCite document of its own', () => {
  assert.equal(parse(written('dcite', [item(1, [])])).name, 'resource');
  assert.equal(parse(written('dcite', [item(1, [])], { single: false })).name, 'resources');
});

test('RIS begins with TY and ends with ER, one tag a line', () => {
  assertProperty(
    fc.property(anyFields, (fields) => {
      const lines = written('ris', [item(1, fields)])
        .split('\r\n')
        .filter((line) => line !== '');
      assert.match(lines[0]!, /^TY {2}- [A-Z]+$/);
      assert.equal(lines.at(-1), 'ER  - ');
      for (const line of lines) assert.match(line, /^[A-Z][A-Z0-9] {2}- /);
    }),
  );
});

test('EndNote begins with %0, CSL-JSON has a type and a name for everybody', () => {
  assertProperty(
    fc.property(anyFields, (fields) => {
      const one = item(1, fields);
      assert.match(written('enw', [one]), /^%0 [A-Z]/);
      for (const line of written('enw', [one]).trim().split('\n')) assert.match(line, /^%\S /);
      const [work] = JSON.parse(written('csl', [one]));
      assert.match(work.type, /^[a-z-_]+$/);
      for (const name of work.author ?? []) assert.ok(name.literal || name.family);
      if (work.issued?.['date-parts'] !== undefined) assert.ok(work.issued['date-parts'][0].every(Number.isInteger));
    }),
  );
});

test('CSV: one line a record, quotation marks doubled, nothing that a spreadsheet would run', () => {
  const text = written('excel', [
    item(1, [field('245__', '$a=1+1, "two"'), field('100__', '$aDoe, J'), field('700__', '$aRoe, M')]),
  ]);
  const [head, line] = text.slice(1).split('\r\n');
  assert.equal(text.charCodeAt(0), 0xfeff);
  assert.match(head!, /^recid,title,authors,/);
  assert.match(line!, /^1,"'=1\+1, ""two""","Doe, J; Roe, M",/);
  const chosen = written('csv', [item(1, [field('100__', '$aDoe, J'), field('700__', '$aRoe, M')])], {
    only: ['100__a', '700__a'],
  });
  assert.equal(chosen.slice(1), 'recid,100__a,700__a\r\n1,"Doe, J","Roe, M"\r\n');
});

test('six characters of a MARC path give bare values', () => {
  const one = item(1, [field('245__', '$aFirst$bsecond'), field('700__', '$aA'), field('700__', '$aB')]);
  assert.equal(written('700__a', [one]), 'A\nB\n');
  assert.equal(written('245__b', [one, one]), 'second\nsecond\n');
  assert.throws(() => requireExportFormat('24'), { code: 'REPERIO_FORMAT_UNKNOWN' });
});
