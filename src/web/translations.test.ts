import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { citationStyles } from '../formats/citation.ts';
import { html } from '../html/html.ts';
import { auditActions } from '../people/audit.ts';
import { readGrants } from '../people/read-grants.ts';
import { parseRules } from '../people/rules/parse.ts';
import { ruleProblemText } from './admin/roles-page.ts';
import { createTranslator, loadCatalogues, negotiateLanguage, parseCatalogue } from './ui/translations.ts';

const folder = fileURLToPath(new URL('./', import.meta.url));
const catalogues = loadCatalogues();
const english = catalogues.get('en')!;
const placeholders = (text: string): readonly string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

for (const [language, catalogue] of catalogues) {
  test(`${language} says everything that English says, and nothing else`, () => {
    assert.deepEqual([...catalogue.keys()].sort(), [...english.keys()].sort());
  });

  test(`${language} has a form for every number it counts with, and the same placeholders`, () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [key, value] of catalogue) {
      const reference = english.get(key)!;
      assert.equal(typeof value, typeof reference, key);
      if (typeof value === 'string') assert.deepEqual(placeholders(value), placeholders(reference as string), key);
      else assert.deepEqual(Object.keys(value).sort(), [...pluralCategories].sort(), key);
    }
  });
}

test('every word of the log has a text', () => {
  const keyOf = (action: string): string => `admin.audit.${action.replaceAll(' ', '_')}`;
  const keys = [...english.keys()].filter((key) => key.startsWith('admin.audit.'));
  assert.deepEqual(keys, auditActions.map(keyOf));
});

test('what is wrong with rules and grants is said in every language, by English as at the terminal', () => {
  const rules = [
    'x'.repeat(20_001),
    ...[
      '"any"',
      'alow any',
      'grant any',
      'deny',
      'allow any one',
      'allow not',
      'allow precached_x "x"',
      'allow emial "x"',
    ],
    ...[
      'allow email',
      'allow email "x" "y"',
      'allow email x',
      'allow email "x',
      `allow email /${'x'.repeat(501)}/`,
      'allow email /(/',
    ],
    ...['deny remote_ip "300.1.1.1"', 'allow from "2030-01-01", "2030-01-02"', 'allow until "2030-02-30"'],
  ];
  const grants = ['viewrestcoll', 'viewrestrcoll colection=x', 'viewrestrcoll collection=Secrets', 'viewrestrcoll x'];
  const problems = [
    ...rules.flatMap((text) => parseRules(text).problems),
    ...readGrants(grants.join('\n'), new Set(['Secret'])).problems,
  ];
  const kinds = [...english.keys()].filter((key) => key.startsWith('admin.problem.'));
  assert.deepEqual([...new Set(problems.map(({ kind }) => `admin.problem.${kind}`))].sort(), kinds.sort());
  for (const [language, catalogue] of catalogues) {
    const translator = createTranslator(language, catalogue, english);
    for (const problem of problems) {
      const text = ruleProblemText(translator, problem);
      if (language === 'en') assert.equal(text.replace(/(\d),(\d{3})/, '$1$2'), problem.message);
      else assert.notEqual(text, problem.message);
      assert.doesNotMatch(text, /[{}]/);
    }
  }
});

test('every text that the pages ask for exists, and every text is asked for', () => {
  const source = globSync('**/*.ts', { cwd: folder })
    .filter((name) => !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const asked = [...source.matchAll(/\btr\.(?:t|rich|has)\(\s*(?:[\w. ]+ [^'`]*\? )?['`]([\w.-]+)/g)].map(
    (match) => match[1]!,
  );
  const literals = new Set(source.match(/'[\w-]+(?:\.[\w-]+)+'/g)?.map((text) => text.slice(1, -1)));
  // Keys put together from a beginning and a word: t(`kind.${kind}`).
  const beginnings = [...source.matchAll(/`([\w.]+[._])\$\{/g)].map((match) => match[1]!);
  const known = [...english.keys()];
  for (const key of asked) assert.ok(english.has(key) || known.some((one) => one.startsWith(key)), `no text ${key}`);
  for (const key of known)
    assert.ok(literals.has(key) || beginnings.some((one) => key.startsWith(one)), `nobody asks for ${key}`);
  assert.ok(asked.length > 100 && citationStyles.length > 0);
});

test('numbers and plurals are those of the language', () => {
  const en = createTranslator('en', english, english);
  const fr = createTranslator('fr', catalogues.get('fr')!, english);
  assert.equal(en.t('search.count', { count: 1 }), '1 record');
  assert.equal(en.t('search.count', { count: 1234 }), '1,234 records');
  assert.equal(fr.t('search.count', { count: 0 }), '0 notice');
  assert.equal(fr.t('search.count', { count: 1234 }), '1\u202f234 notices');
  assert.equal(en.size(1_234_567), '1.2\u00a0MB');
  assert.equal(fr.languageName('ger'), 'allemand');
  assert.equal(en.languageName('qqq'), 'qqq');
});

test('a French line does not end before its marks, an English one has no such blanks', () => {
  const said = parseCatalogue('ask: "« {name} » : vraiment ; oui ?"');
  const text = (language: string) => createTranslator(language, said, new Map()).t('ask', { name: 'x : y' });
  assert.equal(text('fr'), '«\u00a0x : y\u00a0»\u00a0: vraiment\u00a0; oui\u00a0?');
  assert.equal(text('en'), '« x : y » : vraiment ; oui ?');
});

test('markup in a placeholder is kept, text around and in it is escaped', () => {
  const translator = createTranslator('en', parseCatalogue('greeting: "Dear <{name}> & {other}"'), new Map());
  assert.equal(
    translator.rich('greeting', { name: html`<b>x</b>`, other: '<' }).text,
    'Dear &lt;<b>x</b>&gt; &amp; &lt;',
  );
});

test('a text that a language lacks is the English one', () => {
  assert.equal(
    createTranslator('de', parseCatalogue('search: {go: Suchen}'), english).t('search.title'),
    english.get('search.title'),
  );
});

test('the language that the reader wants most, of those offered', () => {
  assert.equal(negotiateLanguage('fr-CH, fr;q=0.9, en;q=0.8', ['en', 'fr']), 'fr');
  assert.equal(negotiateLanguage('de, en;q=0.1, fr;q=0.5', ['en', 'fr']), 'fr');
  assert.equal(negotiateLanguage('de', ['en', 'fr']), undefined);
  assert.equal(negotiateLanguage('fr;q=0', ['en', 'fr']), undefined);
  assert.equal(negotiateLanguage(undefined, ['en']), undefined);
});
