import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { type EntryLine, readCsv, readKbr, writeCsv } from './csv.ts';
import { matching } from './matching.ts';
import { readKnowledge } from './read-file.ts';
import { readSkos, writeSkos } from './skos.ts';

const text = fc.string({ minLength: 1, unit: 'binary' }).filter((one) => one.trim() === one && !one.includes('\0'));

test('what is written as CSV reads back exactly, whatever stands in it', () => {
  assertProperty(
    fc.property(fc.array(fc.record({ key: text, value: text }, { noNullPrototype: true })), (entries) => {
      assert.deepEqual(entriesOf(readCsv(writeCsv(entries))), entries);
    }),
  );
});

test('CSV of spreadsheets is understood, and a mistake is named by its line', () => {
  assert.deepEqual(entriesOf(readCsv('\ufefffrom;to\r\nPRL;"Phys. Rev. ""Lett."""\r\n\r\nCERN\r\n')), [
    { key: 'PRL', value: 'Phys. Rev. "Lett."' },
    { key: 'CERN', value: 'CERN' },
  ]);
  assert.deepEqual(entriesOf(readCsv('a\tb, c')), [{ key: 'a', value: 'b, c' }]);
  assert.throws(() => readCsv('a,b\nc,d,e'), /line 2 has 3 columns/);
  assert.throws(() => readCsv('a,b\n"c,d'), /line 2 is never closed/);
  assert.deepEqual(entriesOf(readKbr('PRL---Phys. Rev. Lett.\n')), [{ key: 'PRL', value: 'Phys. Rev. Lett.' }]);
  assert.throws(() => readKbr('PRL---x\nno arrow'), /line 2/);
});

const entriesOf = (lines: readonly EntryLine[]) => lines.map(({ entry }) => entry);

test('a key with two values is refused with both lines; the same row twice is one', () => {
  const read = (text: string, written = true) => readKnowledge(Buffer.from(text), { languages: ['en'], written });
  assert.throws(
    () => read('key,value\n"map\nof",x\nmap,Map\nbook,Book\n"map",Maps\n'),
    /lines 4 and 6 have the same key "map" with different values, "Map" and "Maps"/,
  );
  assert.throws(() => read('PRL---a\n\nPRL---b\n'), /lines 1 and 3 have the same key "PRL"/);
  assert.equal(read('map,Map\nmap,Map\n').length, 2);
  // Labels of a taxonomy may lead to several concepts.
  assert.equal(read('map,Map\nmap,Maps\n', false).length, 2);
});

const taxonomy = `<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://www.w3.org/2004/02/skos/core#">
<ConceptScheme rdf:about="http://x/scheme"><prefLabel>not a concept</prefLabel></ConceptScheme>
<Concept rdf:about="quark"><prefLabel xml:lang="fr">quark (fr)</prefLabel><prefLabel xml:lang="en">quark &amp; co</prefLabel>
  <altLabel>parton</altLabel><note>ignored <b>markup</b></note><broader rdf:resource="particle"/></Concept>
<rdf:Description rdf:about="particle"><rdf:type rdf:resource="http://www.w3.org/2004/02/skos/core#Concept"/>
  <prefLabel>particle</prefLabel><narrower><Concept rdf:about="lepton"><prefLabel>lepton</prefLabel></Concept></narrower></rdf:Description>
<Concept rdf:about="unnamed"/>
</rdf:RDF>`;

test('labels of a SKOS file lead to the preferred label of their concept, in the language of the library', () => {
  const about = { concept: 'quark', broader: ['particle'] };
  assert.deepEqual(readSkos(taxonomy, ['en', 'fr']), [
    { key: 'quark & co', value: 'quark & co', ...about, language: 'en' },
    { key: 'quark (fr)', value: 'quark & co', ...about, language: 'fr' },
    { key: 'parton', value: 'quark & co', ...about },
    { key: 'particle', value: 'particle', concept: 'particle' },
    { key: 'lepton', value: 'lepton', concept: 'lepton', broader: ['particle'] },
  ]);
  assert.equal(readSkos(taxonomy, ['fr'])[0]!.value, 'quark (fr)');
  const again = readSkos(writeSkos('x', 'http://x/kb/x', readSkos(taxonomy, ['en'])), ['en']);
  assert.deepEqual(new Set(again), new Set(readSkos(taxonomy, ['en'])));
  for (const bad of ['<a/>', '<rdf:RDF', 'no xml', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', taxonomy.slice(0, 400)])
    assert.throws(() => readSkos(bad, ['en']), { code: 'REPERIO_KNOWLEDGE_FILE' }, bad);
  assert.throws(() => readSkos('<a>'.repeat(200_000), ['en']), /too deep/);
});

test('which format a file has shows in its beginning; a written base of concepts has their other labels as keys', () => {
  const bytes = Buffer.from(taxonomy);
  const options = { languages: ['en'], written: true };
  assert.deepEqual(readKnowledge(bytes, options), [
    { key: 'quark (fr)', value: 'quark & co' },
    { key: 'parton', value: 'quark & co' },
    { key: 'particle', value: 'particle' },
    { key: 'lepton', value: 'lepton' },
  ]);
  assert.deepEqual(readKnowledge(Buffer.from('a---b\n'), options), [{ key: 'a', value: 'b' }]);
  assert.deepEqual(readKnowledge(Buffer.from('a,b\n'), options), [{ key: 'a', value: 'b' }]);
  assert.deepEqual(readKnowledge(Buffer.from('\ufeffä,b', 'utf16le'), options), [{ key: 'ä', value: 'b' }]);
  assert.throws(() => readKnowledge(Buffer.from([0x61, 0xe4, 0x2c]), options), /not UTF-8/);
});

test('entries are found by part, beginning or all of a text, whatever its accents', () => {
  const entries = [
    { key: 'geneve', value: 'Genève' },
    { key: 'cern', value: 'CERN, Geneva' },
  ];
  const keys = (value: string, type: 's' | 'sw' | 'e') => matching(entries, { value, type }).map(({ key }) => key);
  assert.deepEqual(keys('GENEV', 's'), ['geneve', 'cern']);
  assert.deepEqual(keys('genev', 'sw'), ['geneve']);
  assert.deepEqual(keys('geneve', 'e'), ['geneve']);
  assert.deepEqual(keys('genev', 'e'), []);
  assert.deepEqual(keys('', 'e'), ['geneve', 'cern']);
});
