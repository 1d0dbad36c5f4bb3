import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMarcXmlStrictly } from '../marc/readers/marcxml-strict.ts';
import { readRecords } from '../marc/readers/read.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { recordProblem } from '../marc/validate.ts';
import { toMarcXml } from '../marc/writers/marcxml.ts';
import { demoFormats, exportDemo } from './export.ts';
import { createDemoLibrary } from './library.ts';

const count = 5000;
const library = createDemoLibrary();
const records = Array.from({ length: count }, (_, i) => library.record(i + 1));

const tagged = (record: MarcRecord, tag: string): readonly Field[] =>
  record.fields.filter((field) => field.tag === tag);
const value = (field: Field | undefined, code: string): string | undefined =>
  field?.subfields.find((subfield) => subfield.code === code)?.value;
const first = (record: MarcRecord, tag: string, code = 'a'): string | undefined => value(tagged(record, tag)[0], code);
const values = (record: MarcRecord, tag: string, code: string): readonly string[] =>
  tagged(record, tag).flatMap(({ subfields }) => subfields.filter((s) => s.code === code).map((s) => s.value));
const year = (record: MarcRecord): number => {
  const field = record.fields.find(({ tag, ind1, ind2 }) => `${tag}${ind1}${ind2}` === '909C0');
  return Number(value(field, 'y'));
};
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

describe('a demo library of 5,000 records', () => {
  it('has records as large as real ones', () => {
    assert.ok(mean(records.map((record) => Buffer.byteLength(toMarcXml(record)))) >= 3000);
    assert.ok(mean(records.map((record) => record.fields.reduce((sum, f) => sum + f.subfields.length, 0))) >= 45);
  });

  it('has an abstract of three to eight sentences in four of five records', () => {
    const share = mean(records.map((record) => tagged(record, '520').length));
    assert.ok(share > 0.78 && share < 0.86, `${share}`);
    for (const record of records.filter((r) => first(r, '041') === 'eng' && tagged(r, '520').length > 0)) {
      const sentences = first(record, '520')!.split(/(?<=[.?]) (?=[\p{Lu}$])/u).length;
      assert.ok(sentences >= 2 && sentences <= 9, first(record, '520'));
    }
  });

  it('has all kinds of document, languages that 008 and 041 agree on, and the years 1950 to 2026, growing', () => {
    const kinds = new Set(records.map((record) => first(record, '980')));
    assert.deepEqual([...kinds].sort(), [
      'ARTICLE',
      'BOOK',
      'INTERNALNOTE',
      'NOTE',
      'PICTURE',
      'PREPRINT',
      'REPORT',
      'THESIS',
    ]);
    const languages = new Map<string, number>();
    for (const record of records) {
      const fixed = record.fields.find(({ tag }) => tag === '008')!.value!;
      assert.equal(fixed.length, 40);
      assert.equal(fixed.slice(35, 38), first(record, '041'));
      assert.equal(fixed.slice(7, 11), `${year(record)}`);
      languages.set(first(record, '041')!, (languages.get(first(record, '041')!) ?? 0) + 1);
    }
    assert.equal(languages.size, 11);
    const english = languages.get('eng')! / count;
    assert.ok(english > 0.7 && english < 0.9, `${english}`);
    const years = records.map(year);
    assert.equal(Math.min(...years), 1950);
    assert.equal(Math.max(...years), 2026);
    assert.ok(years.filter((y) => y >= 2000).length > years.filter((y) => y < 1975).length * 2);
  });

  it('writes titles of eleven languages in their scripts, with mathematics in some', () => {
    const scripts = ['Cyrillic', 'Greek', 'Han', 'Hiragana', 'Arabic', 'Hebrew'];
    const titles = records.map((record) => first(record, '245')!);
    for (const script of scripts)
      assert.ok(
        titles.some((title) => new RegExp(`\\p{Script=${script}}{3}`, 'u').test(title)),
        script,
      );
    assert.ok(titles.filter((title) => /\$[^$]+\$/.test(title)).length > count / 20);
    assert.ok(titles.some((title) => title.includes('b\\bar{b}')));
  });

  it('has titles that differ', () => {
    const titles = new Set(
      records.map((record) =>
        tagged(record, '245')[0]!
          .subfields.map((s) => s.value)
          .join(': '),
      ),
    );
    assert.ok(titles.size > count * 0.95, `${titles.size}`);
  });

  it('has one to 3,000 authors, the same people in several spellings', () => {
    const sizes = records.slice(0, 2000).map((record) => tagged(record, '100').length + tagged(record, '700').length);
    assert.equal(Math.max(...sizes), 3000);
    assert.ok(sizes.filter((size) => size === 1).length > 100);
    const names = new Set(records.flatMap((record) => [...values(record, '100', 'a'), ...values(record, '700', 'a')]));
    const spellings = new Map<string, Set<string>>();
    for (const name of names) {
      const person = /^[^,]+, \p{L}/u.exec(name)![0];
      spellings.set(person, (spellings.get(person) ?? new Set()).add(name));
    }
    const variants = [...spellings].filter(([short, all]) => all.has(short) && all.size >= 3);
    assert.ok(variants.length > 50, `${variants.length}`);
    for (const record of records.filter((r) => tagged(r, '700').length > 90))
      assert.match(first(record, '710', 'g')!, /Collaboration$/);
  });

  it('gives every article ten references or more, all to earlier and not younger records or to works outside', () => {
    const byJournal = new Map<string, number>();
    const byReport = new Map<string, number>();
    const byDoi = new Map<string, number>();
    for (const [index, record] of records.entries()) {
      const place = ['p', 'v', 'y', 'c'].map((code) => first(record, '773', code));
      if (place[0] !== undefined) byJournal.set(`${place[0]} ${place[1]} (${place[2]}) ${place[3]}`, index);
      for (const report of values(record, '037', 'a')) byReport.set(report, index);
      for (const doi of values(record, '024', 'a')) byDoi.set(doi, index);
    }
    let inside = 0;
    let outside = 0;
    const cited = new Map<number, number>();
    for (const [index, record] of records.entries()) {
      const references = tagged(record, '999');
      if (first(record, '980') === 'ARTICLE') assert.ok(references.length >= 10);
      for (const reference of references) {
        const targets = [
          byJournal.get(value(reference, 's') ?? ''),
          byReport.get(value(reference, 'r') ?? ''),
          byDoi.get(value(reference, 'a') ?? ''),
        ].filter((target) => target !== undefined);
        assert.ok(new Set(targets).size <= 1, 'all identifiers of a reference name one record');
        const target = targets[0];
        if (target === undefined) {
          outside++;
          continue;
        }
        inside++;
        assert.ok(target < index);
        assert.ok(year(records[target]!) <= year(record));
        cited.set(target, (cited.get(target) ?? 0) + 1);
      }
    }
    assert.ok(inside > outside / 3, `${inside} inside, ${outside} outside`);
    // Preferential attachment: a few are cited very much, most not at all.
    const counts = [...cited.values()].sort((a, b) => b - a);
    assert.ok(counts[0]! > 30 && cited.size < count * 0.6, `${counts.slice(0, 5)} of ${cited.size}`);
  });

  it('gives every identifier once', () => {
    for (const [tag, code] of [
      ['024', 'a'],
      ['035', 'a'],
      ['037', 'a'],
      ['020', 'a'],
      ['088', 'a'],
      ['970', 'a'],
    ] as const) {
      const all = records.flatMap((record) => values(record, tag, code));
      assert.equal(new Set(all).size, all.length, tag);
    }
  });

  it('has a vocabulary that grows with it, and the common words of real text', () => {
    const words = (part: readonly MarcRecord[]): Map<string, number> => {
      const found = new Map<string, number>();
      for (const record of part) {
        const text = [...values(record, '245', 'a'), ...values(record, '520', 'a'), ...values(record, '653', 'a')].join(
          ' ',
        );
        for (const word of new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu)))
          found.set(word, (found.get(word) ?? 0) + 1);
      }
      return found;
    };
    const tenth = words(records.slice(0, count / 10)).size;
    const all = words(records);
    assert.ok(all.size > tenth * 2.2, `${tenth} words, then ${all.size}`);
    assert.ok(all.get('the')! > count * 0.5);
    assert.ok(all.get('of')! > count * 0.5);
    assert.ok([...all.values()].filter((n) => n === 1).length > all.size / 3);
  });
});

describe('demo data', () => {
  it('makes a record the same whatever was made before', () => {
    const other = createDemoLibrary();
    for (const number of [4999, 1, 2500, 17]) assert.deepEqual(other.record(number), records[number - 1]);
    assert.notDeepEqual(createDemoLibrary(2).record(1), records[0]);
  });

  it('is well formed, loadable MARCXML and comes back unchanged', () => {
    for (const record of records.slice(0, 500)) {
      assert.equal(recordProblem(record), undefined);
      assert.deepEqual(parseMarcXmlStrictly(toMarcXml(record)), record);
    }
  });

  for (const format of demoFormats) {
    it(`is read again from ${format}`, async () => {
      const shortened: number[] = [];
      const chunks = exportDemo({ library, format, from: 1001, count: 1000, onShortened: (n) => shortened.push(n) });
      const found: MarcRecord[] = [];
      for await (const batch of readRecords(toAsync(chunks))) {
        for (const result of batch) {
          assert.equal(result.kind, 'record');
          if (result.kind === 'record') found.push(result.record);
        }
      }
      assert.equal(found.length, 1000);
      const title = (record: MarcRecord): string | undefined => first(record, '245');
      assert.deepEqual(found.map(title), records.slice(1000, 2000).map(title));
      if (format === 'marcxml' || format === 'json') assert.deepEqual(found, records.slice(1000, 2000));
      assert.equal(
        shortened.length,
        format === 'iso2709' ? records.slice(1000, 2000).filter((r) => tagged(r, '700').length >= 1000).length : 0,
      );
    });
  }
});

async function* toAsync(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
