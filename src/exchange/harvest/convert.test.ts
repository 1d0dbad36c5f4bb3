import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convert, tableRules } from './convert.ts';
import { toTextMarc } from './test-text.ts';
import { MetadataProblem, readTree } from './tree.ts';

const dc = (inside: string, ns = 'http://www.openarchives.org/OAI/2.0/oai_dc/') =>
  readTree(`<oai_dc:dc xmlns:oai_dc="${ns}" xmlns:dc="http://purl.org/dc/elements/1.1/">${inside}</oai_dc:dc>`, {});

test('Dublin Core becomes fields, identifiers by what they are', () => {
  const node = dc(
    '<dc:title>A &amp; B</dc:title><dc:title>Other</dc:title><dc:creator>Doe, Jane</dc:creator><dc:creator>Roe, Joe</dc:creator>' +
      '<dc:identifier>https://doi.org/10.1234/AbC</dc:identifier><dc:identifier>http://x.example/1</dc:identifier>' +
      '<dc:identifier>ISBN 978-3-16-148410-0</dc:identifier><dc:identifier>local 7</dc:identifier>' +
      '<dc:date>2020-05</dc:date><dc:publisher>P</dc:publisher><dc:subject>s <!-- x -->t</dc:subject><dc:language/>',
  );
  assert.deepEqual(toTextMarc(convert(node, {}, 'x')), [
    '020__ $a9783161484100',
    '0247_ $a10.1234/AbC$2doi',
    '0248_ $alocal 7',
    '100__ $aDoe, Jane',
    '245__ $aA & B',
    '246__ $aOther',
    '260__ $bP$c2020-05',
    '653__ $as t',
    '700__ $aRoe, Joe',
    '8564_ $uhttp://x.example/1',
  ]);
});

test('MODS and DataCite become fields', () => {
  const mods = readTree(
    '<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><nonSort>The</nonSort><title>sea</title><subTitle>stories</subTitle></titleInfo><name type="personal"><namePart type="family">Doe</namePart><namePart type="given">Jane</namePart><role><roleTerm type="text">author</roleTerm></role></name><originInfo><publisher>P</publisher><dateIssued>1999</dateIssued></originInfo><identifier type="doi">10.1/x</identifier><relatedItem type="host"><titleInfo><title>Journal</title></titleInfo></relatedItem></mods>',
    {},
  );
  assert.deepEqual(toTextMarc(convert(mods, {}, 'x')), [
    '0247_ $a10.1/x$2doi',
    '100__ $aDoe, Jane$eauthor',
    '245__ $aThe sea$bstories',
    '260__ $bP$c1999',
    '773__ $tJournal',
  ]);
  const datacite = readTree(
    '<oai_datacite xmlns="http://schema.datacite.org/oai/oai-1.1/"><payload><resource xmlns="http://datacite.org/schema/kernel-4"><identifier identifierType="DOI">10.5/y</identifier><creators><creator><creatorName>Doe, Jane</creatorName><affiliation>A</affiliation></creator></creators><titles><title>T</title></titles><publisher>P</publisher><publicationYear>2021</publicationYear><rightsList><rights rightsURI="http://r"/></rightsList></resource></payload></oai_datacite>',
    {},
  );
  assert.deepEqual(toTextMarc(convert(datacite, {}, 'x')), [
    '0247_ $a10.5/y$2doi',
    '100__ $aDoe, Jane$uA',
    '245__ $aT',
    '260__ $bP$c2021',
    '540__ $ahttp://r$uhttp://r',
  ]);
});

test('a table of one’s own leads from paths to MARC', () => {
  const node = readTree('<x:a xmlns:x="urn:x" id="7"><t>One</t><p><n>Doe</n><v>J</v></p><p><n>Roe</n></p></x:a>', {});
  const table = { t: '245__a', 'p/n': '100__a, 700__a', '@id': '001', '{@id}: {t}': '500__a' };
  assert.deepEqual(toTextMarc(convert(node, { table }, 'x')), [
    '001 7',
    '100__ $aDoe',
    '245__ $aOne',
    '500__ $a7: One',
    '700__ $aRoe',
  ]);
  assert.throws(() => tableRules({ t: '245a' }), /"245a" is no MARC path/);
  assert.throws(() => tableRules({ 't[': '245__a' }), /no path of elements/);
  assert.throws(() => convert(node, { table: { z: '245__a' } }, 'Record x'), /Record x gives no field/);
});

test('what cannot be converted says why', () => {
  assert.throws(
    () => convert(dc('<dc:title>x</dc:title>', 'urn:other'), {}, 'Record x'),
    /<dc> of the namespace "urn:other"/,
  );
  assert.throws(() => readTree('<a><b></a>', {}), MetadataProblem);
  assert.throws(() => readTree('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', {}), /document type/);
  assert.throws(() => readTree(`${'<a>'.repeat(200)}`, {}), /too deep/);
  assert.equal(readTree('<p:a/>', { p: 'urn:p' }).namespace, 'urn:p');
});
