import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSite } from './default.ts';
import { parseSite } from './parse.ts';

const good = `site:
  name: Test Library
  languages: [en, fr]
  accent: "#0b5cad"
  hidden-paths: ["595"]
fields:
  anyfield:
    index: {union: [title, doi], stem: english, pairs: true}
  title:
    names: {fr: titre}
    paths: ["245__%"]
    index: {tokenizer: text, stem: english, synonyms: {base: GREEK, match: exact}}
  doi:
    paths: ["0247_a"]
    index: {tokenizer: doi, when: {"0247_2": DOI}}
  subject:
    paths: ["65017a", "008/35-37"]
sort:
  title: {by: title, drop-leading-articles: true}
  number: {by: ["088__a", "037__a"]}
rank:
  wrd: {method: relevance, name: word similarity}
  jif: {method: knowledge, path: 909C4p, base: GREEK}
collections:
  - name: Home
    children:
      - {name: Books, query: "980:BOOK", names: {fr: Livres}}
      - {name: Secrets, query: "980:SECRET", restricted: true}
    virtual-children:
      - {name: By subject, query: "subject:x"}
  - {name: Aside, query: "980:ASIDE"}
roles:
  admin: {may: everything}
  reader:
    may:
      - {action: viewrestrcoll, collection: Secrets}
users:
  - {name: ada, email: ada@example.org, password: secret, roles: [reader], groups: [g]}
knowledge:
  GREEK: {alpha: α, 007: bond}
oai:
  repository: example.org
  sets:
    - {spec: a, name: A, query: "title:x"}
`;

function problemsOf(text: string): readonly string[] {
  const { site, problems } = parseSite(text);
  assert.equal(site === undefined, problems.length > 0);
  return problems.map(({ line, message }) => `${line}: ${message}`);
}

/** The good file with one change, and the problems it then has. */
function spoiled(from: string, to: string): readonly string[] {
  assert.ok(good.includes(from), from);
  return problemsOf(good.replace(from, to));
}

test('a whole file is read as it says', () => {
  const { site, problems } = parseSite(good);
  assert.deepEqual(problems, []);
  assert.ok(site !== undefined);
  assert.equal(site.name, 'Test Library');
  assert.deepEqual(
    site.fields.map(({ code }) => code),
    ['anyfield', 'title', 'doi', 'subject'],
  );
  assert.deepEqual(site.fields[1]?.index?.synonyms, { base: 'GREEK', match: 'exact' });
  assert.deepEqual(site.fields[2]?.index?.when, { '0247_2': 'DOI' });
  assert.equal(site.fields[3]?.index, undefined);
  assert.deepEqual(site.fields[1]?.paths, ['245%%%'], 'blank indicators before a final % are any');
  assert.deepEqual(site.sorts[1]?.by, ['088__a', '037__a']);
  assert.equal(site.collections[0]?.children[1]?.restricted, true);
  assert.equal(site.collections[0]?.virtualChildren[0]?.name, 'By subject');
  assert.deepEqual(site.roles[1], {
    name: 'reader',
    may: [{ action: 'viewrestrcoll', arguments: { collection: 'Secrets' } }],
    rules: '',
  });
  assert.deepEqual([site.ownerPaths, site.viewerPaths], [['8560_f'], []]);
  assert.deepEqual(site.knowledge, { GREEK: { alpha: 'α', '007': 'bond' } });
  assert.deepEqual(
    site.facets.map(({ code }) => code),
    ['collection', 'year', 'author', 'subject', 'language', 'type'],
  );
  assert.ok(Object.isFrozen(site.fields[1]?.index?.union));
});

test('each kind of mistake is told with its line and what was probably meant', () => {
  assert.deepEqual(spoiled('hidden-paths', 'hiden-paths'), [
    "5: 'hiden-paths' is not known in site. Did you mean 'hidden-paths'?",
  ]);
  assert.match(
    spoiled('tokenizer: doi', 'tokenizer: doy')[0] ?? '',
    /^15: .*'doy' is not one of .*Did you mean 'doi'\?/,
  );
  assert.deepEqual(spoiled('[title, doi]', '[titel, doi]'), [
    "8: The union anyfield names an unknown field 'titel'. Did you mean 'title'?",
  ]);
  assert.match(spoiled('"245__%"', '"24"')[0] ?? '', /^11: "24" is not a MARC path/);
  assert.match(
    spoiled('stem: english, synonyms', 'stem: englisch, synonyms')[0] ?? '',
    /^12: .*'englisch'.*Did you mean 'english'\?/,
  );
  assert.match(
    spoiled('base: GREEK, match', 'base: GREK, match')[0] ?? '',
    /^12: .*no knowledge base 'GREK'. Did you mean 'GREEK'\?/,
  );
  assert.match(
    spoiled('languages: [en, fr]', 'languages: [en, english]')[0] ?? '',
    /^3: .*'english' is not a language code/,
  );
  assert.match(
    spoiled('name: Secrets', 'name: Secrets, order: newst')[0] ?? '',
    /^28: The order of the collection 'Secrets': there is no order 'newst'. Did you mean 'newest'\?/,
  );
  assert.match(
    spoiled('name: Secrets', 'name: Books')[0] ?? '',
    /^28: There is already a collection 'Books', in line 27\./,
  );
  assert.match(spoiled('{by: title,', '{by: titel,')[0] ?? '', /^19: .*'titel' is not a field.*Did you mean 'title'\?/);
  assert.match(
    spoiled('action: viewrestrcoll', 'action: viewrestcoll')[0] ?? '',
    /^36: .*Did you mean 'viewrestrcoll'\?/,
  );
  assert.match(spoiled('collection: Secrets', 'collection: Secret')[0] ?? '', /^36: .*Did you mean 'Secrets'\?/);
  assert.match(
    spoiled('roles: [reader]', 'roles: [raeder]')[0] ?? '',
    /^38: The user 'ada' has an unknown role 'raeder'/,
  );
  assert.match(spoiled('ada@example.org', 'ada')[0] ?? '', /^38: The user 'ada' needs an e-mail address\./);
  assert.match(spoiled('restricted: true', 'restricted: yes')[0] ?? '', /^28: .*must be true or false\./);
  assert.match(spoiled('repository: example.org', 'sets: []')[0] ?? '', /^\d+: /);
});

test('colours must be colours, and readable', () => {
  assert.match(spoiled('#0b5cad', 'blue-ish')[0] ?? '', /^4: .*is not a colour/);
  assert.match(spoiled('#0b5cad', '#ffcc00')[0] ?? '', /^4: .*contrast 1\.5, at least 4\.5/);
  assert.deepEqual(spoiled('#0b5cad', '#767676'), []);
  assert.match(spoiled('#0b5cad', '#777777')[0] ?? '', /^4: /);
});

test('all mistakes are told at once, by line', () => {
  const text = good
    .replace('245__%', '24')
    .replace('English', '')
    .replace('everything', 'everythin')
    .replace('name: Test', 'nam: Test');
  const lines = problemsOf(text).map((problem) => Number(problem.split(':')[0]));
  assert.ok(lines.length >= 4, String(lines));
  assert.deepEqual(
    lines,
    lines.toSorted((a, b) => a - b),
  );
});

test('queries are checked by whoever knows the query language', () => {
  const check = (query: string): string | undefined => (query.includes('SECRET') ? 'no secrets.' : undefined);
  assert.deepEqual(parseSite(good, { query: check }).problems, [
    { line: 28, message: "The query of the collection 'Secrets': no secrets." },
  ]);
});

test('what is no site file is told so', () => {
  assert.match(problemsOf('')[0] ?? '', /^1: /);
  assert.match(problemsOf('- a list')[0] ?? '', /^1: The file must have entries/);
  assert.match(problemsOf('site: {name: x')[0] ?? '', /^1: /);
  assert.equal(problemsOf(`$ reperio site show\n${good}`).length, 1, 'not a mistake for each word behind it');
  assert.match(problemsOf(`${good}site: {}\n`).join('\n'), /second time/);
  assert.match(
    problemsOf(good.replace('[title, doi]', '&a [title, doi]').replace('["595"]', '*a')).join('\n'),
    /alias/,
  );
});

test('fields that would never hold anything are mistakes', () => {
  assert.match(spoiled('    paths: ["0247_a"]\n', '')[0] ?? '', /fields\.doi has no paths/);
  assert.match(spoiled('tokenizer: doi, ', '')[0] ?? '', /needs a tokenizer/);
  assert.match(spoiled('{name: Aside, query: "980:ASIDE"}', '{name: Aside}')[0] ?? '', /it is always empty/);
});

test('the default site reads standard MARC and CERN fields, and has English and French names', () => {
  const site = defaultSite();
  const paths = site.fields.flatMap((field) => field.paths);
  for (const place of [
    '008',
    '100',
    '245',
    '260',
    '520',
    '650',
    '700',
    '773',
    '856',
    '024',
    '035',
    '037',
    '088',
    '909C0',
    '909C4',
  ]) {
    assert.ok(
      paths.some((path) => path.startsWith(place)),
      place,
    );
  }
  for (const { code, names } of [...site.sorts, ...site.facets]) assert.ok(names['en'] && names['fr'], code);
  const home = site.collections[0] ?? assert.fail();
  const queries = home.children.map((child) => child.query ?? '');
  const rest = queries
    .at(-1)
    ?.split(' ')
    .map((part) => part.slice(1));
  assert.deepEqual(rest, queries.slice(0, -1), 'the last collection takes what the others leave');
});

test('a ranking weighs fields and combines others, which must be there', () => {
  const ranked = (rank: string) => spoiled('  wrd: {method: relevance, name: word similarity}', rank);
  const { site } = parseSite(
    good.replace('name: word similarity}', 'weights: {title: 3}}\n  both: {method: combine, of: {wrd: 0.7, jif: 0.3}}'),
  );
  assert.deepEqual(
    site?.ranks.map(({ code, weights, of }) => [code, weights, of]),
    [
      ['wrd', { title: 3 }, undefined],
      ['both', undefined, { wrd: 0.7, jif: 0.3 }],
      ['jif', undefined, undefined],
    ],
  );
  assert.match(
    ranked('  wrd: {method: relevance, weights: {titel: 3}}').join(),
    /weighs 'titel', which is not a field.*title/,
  );
  assert.match(ranked('  wrd: {method: relevance, weights: {subject: 3}}').join(), /has no index of words/);
  assert.match(ranked('  wrd: {method: relevance, weights: {title: -1}}').join(), /must be a number above 0/);
  assert.match(ranked('  wrd: {method: combine}').join(), /needs "of"/);
  assert.match(ranked('  wrd: {method: combine, of: {jf: 1}}').join(), /'jf', which is not a ranking.*jif/);
  assert.match(ranked('  wrd: {method: combine, of: {wrd: 1}}').join(), /a combination itself/);
  assert.match(ranked('  wrd: {method: citations, weights: {title: 1}}').join(), /belongs to a method "relevance"/);
});

test('every library has a role for its first administrator, unless the file says otherwise of it', () => {
  const rolesOf = (text: string) => parseSite(text).site?.roles.map(({ name, may }) => [name, may]);
  assert.deepEqual(rolesOf(good)?.at(-1), ['superadmin', 'everything']);
  const plain = good.replace('admin: {may: everything}', 'admin: {may: [runbibedit, {action: profiling}]}');
  assert.deepEqual(parseSite(plain).problems, []);
  assert.deepEqual(rolesOf(plain)![0], [
    'admin',
    [
      { action: 'runbibedit', arguments: {} },
      { action: 'profiling', arguments: {} },
    ],
  ]);
  const mistyped = parseSite(plain.replace('runbibedit', 'runbibedti')).problems;
  assert.equal(mistyped.length, 1);
  assert.match(mistyped[0]!.message, /there is no action 'runbibedti'.*runbibedit\b/);
  const own = good.replace('admin: {may: everything}', 'superadmin: {may: [{action: profiling}]}');
  assert.deepEqual(
    rolesOf(own)?.map(([name]) => name),
    ['superadmin', 'reader'],
  );
});

test('rules of roles are checked by who knows them, and named by the role and their own line', () => {
  const text = good.replace(
    'admin: {may: everything}',
    'admin:\n    may: everything\n    rules: |\n      allow any\n      alow any',
  );
  assert.equal(parseSite(text).site?.roles[0]?.rules, 'allow any\nalow any\n');
  const rules = (written: string) =>
    written.split('\n').flatMap((line, at) => (line.startsWith('alow') ? [{ line: at + 1, message: 'No.' }] : []));
  assert.deepEqual(
    parseSite(text, { rules }).problems.map(({ message }) => message),
    ['The rules of the role admin, line 2 of them: No.'],
  );
});

test('a user with an empty password has none', () => {
  assert.equal(parseSite(good.replace('password: secret', 'password: ""')).site?.users[0]?.password, undefined);
});

test('paths of owners and viewers are those of the file', () => {
  const { site } = parseSite(
    good.replace(
      'hidden-paths: ["595"]',
      'hidden-paths: ["595"]\n  owner-paths: []\n  viewer-paths: ["859__f", "506"]',
    ),
  );
  assert.deepEqual([site?.ownerPaths, site?.viewerPaths], [[], ['859__f', '506']]);
  assert.equal(spoiled('hidden-paths: ["595"]', 'owner-paths: ["5"]').length, 1);
});

test('providers for signing in have an encrypted address, and ask for openid', () => {
  const entry = 'sign-in:\n  orcid: {names: {en: ORCID}, issuer: https://orcid.org, client: APP-1, scopes: email}\n';
  assert.deepEqual(parseSite(`${good}${entry}`).site?.signIn, [
    {
      code: 'orcid',
      names: { en: 'ORCID' },
      issuer: 'https://orcid.org',
      client: 'APP-1',
      scopes: ['openid', 'email'],
    },
  ]);
  assert.deepEqual(parseSite(good).site?.signIn, []);
  const lines = good.split('\n').length;
  const wrong = (from: string, to: string) => problemsOf(`${good}${entry.replace(from, to)}`);
  assert.match(
    wrong('https://orcid.org', 'http://orcid.org')[0] ?? '',
    new RegExp(`^${lines + 1}: .*not an https address`),
  );
  assert.deepEqual(wrong('https://orcid.org', 'http://127.0.0.1:9'), []);
  assert.match(wrong('orcid:', 'Or/cid:')[0] ?? '', /cannot name a provider/);
  assert.match(wrong(', client: APP-1', '')[0] ?? '', /needs an issuer and a client/);
});

test('unions that name each other in a circle are told of once, with the way round', () => {
  const circle = (text: string) => problemsOf(good.replace('  title:\n    names', `${text}  title:\n    names`));
  assert.deepEqual(
    circle('  a_a: {index: {union: [b_b]}}\n  b_b: {index: {union: [c_c, title]}}\n  c_c: {index: {union: [a_a]}}\n'),
    ['9: The unions a_a > b_b > c_c > a_a name each other in a circle, so none of them has any values.'],
  );
  assert.deepEqual(circle('  a_a: {index: {union: [b_b]}}\n  b_b: {index: {union: [title]}}\n'), []);
});

test('a knowledge base of very many keys is read, and a key that stands twice is named', () => {
  const keys = Array.from({ length: 60_000 }, (_, at) => `    key ${at}: value\n`).join('');
  const line = good.slice(0, good.indexOf('  GREEK: {')).split('\n').length;
  const large = good.replace('  GREEK: {', `  LARGE:\n${keys}    key 7: again\n  GREEK: {`);
  assert.deepEqual(problemsOf(large), [`${line + 60_001}: This key is given a second time.`]);
});
