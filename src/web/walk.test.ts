import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { assertProperty } from '../../test/support/property.ts';
import { scale } from '../../test/support/scale.ts';
import { noCollection } from '../access/no-collection.ts';
import { localStore } from '../files/local-store.ts';
import { receive } from '../files/receive.ts';
import { field } from '../formats/test-records.ts';
import type { MarcRecord } from '../marc/record.ts';
import { testView } from '../monitor/status/test-status.ts';
import { operator } from '../people/audit.ts';
import { addPerson } from '../people/people.ts';
import { createSession } from '../people/sessions.ts';
import { createToken } from '../people/tokens.ts';
import { parseSite } from '../site/parse.ts';
import type { Site } from '../site/site.ts';
import { openThumbnails } from '../thumbnails/kept.ts';
import { createApp } from './app.ts';
import type { WebPeople } from './exchange/web-people.ts';
import { memoryLibrary } from './test-library.ts';
import { memoryOai } from './test-oai.ts';
import { testPeople } from './test-people.ts';
import { errorSteps, type Step, type WalkWorld, walks } from './walk-table.ts';

/**
 * Nobody learns anything of what they may not see. Shown by two libraries that differ in that only:
 * for each person, another library has in the place of each record that the person may not see an
 * empty one of no collection, and none of the hidden values. Every route, asked in every way of
 * walk-table.ts, must answer both alike: page, status and headers. So counts, facets, suggestions,
 * orders and errors are compared without naming them.
 */

const siteText = `
site:
  name: {en: Walked Library, fr: Bibliothèque}
  languages: [en, fr]
  admin: admin@library.example
  restricted: any
  hidden-paths: ["595", "500__x"]
  intro: Welcome.
  pages: {about: {en: "# About", fr: "# À propos"}}
fields:
  anyfield: {index: {union: [title, author, abstract, keyword, year, journal, reference, miscellaneous], stem: english, pairs: true}}
  title: {paths: ["245__%"], index: {tokenizer: text, stem: english, pairs: true}}
  author: {paths: ["100__a", "700__a"], index: {tokenizer: author}}
  exactauthor: {paths: ["100__a", "700__a"], index: {tokenizer: exact-author}}
  abstract: {paths: ["520__a"], index: {tokenizer: text, stem: english, pairs: true}}
  keyword: {paths: ["6531_a"], index: {tokenizer: text}}
  subject: {paths: ["65017a"]}
  year: {paths: ["260__c"], index: {tokenizer: year}}
  journal: {paths: ["773__p", "773__v", "773__y", "773__c"], index: {tokenizer: journal}}
  reportnumber: {paths: ["037__a", "999C5r"], index: {tokenizer: text}}
  reference: {paths: ["999C5"], index: {tokenizer: text}}
  miscellaneous: {paths: ["500", "595"], index: {tokenizer: text}}
sort:
  latest: {by: created}
  title: {by: title}
  year: {by: year}
rank:
  wrd: {method: relevance, name: words}
facets:
  collection: {kind: collection}
  year: {kind: year}
  author: {field: author}
  subject: {paths: ["65017a", "6531_a", "595__a"]}
  type: {paths: ["980__a"]}
collections:
  - name: Home
    children:
      - {name: Books, query: '980__a:"BOOK"'}
      - name: Papers
        children:
          - {name: Articles, query: '980__a:"ARTICLE"'}
          - {name: Secret, query: '980__a:"SECRET"', restricted: true}
    virtual-children:
      - {name: Old, query: 'year:1900->1999'}
      - {name: Higgs, query: 'higgs'}
  - {name: Outside, query: '980__a:"OUTSIDE"'}
  - {name: Vault, query: '980__a:"VAULT"', restricted: true}
checks:
  - {name: walked, what: trailing-space, fix: propose}
oai:
  repository: walked.example
  page: 3
  sets:
    - {spec: secret, name: Secret, query: 'zqxjvkwtitle'}
    - {spec: 'kinds:books', name: Books, query: '980__a:"BOOK"'}
roles:
  insider: {may: [{action: viewrestrcoll, collection: Secret}]}
  editor: {may: [{action: runbibedit}]}
  boss: {may: everything}
`;

function siteOf(policy: 'any' | 'all'): Site {
  const { site, problems } = parseSite(siteText.replace('restricted: any', `restricted: ${policy}`));
  assert.deepEqual(problems, []);
  return site!;
}
const sites = { any: siteOf('any'), all: siteOf('all') };

/** In every hidden thing; no record that everybody sees has it, and no page of ours. */
const marker = 'zqxjvkw';
const ownerAddress = 'owner@library.example';

interface Drawn {
  readonly kinds: readonly string[];
  readonly words: readonly string[];
  readonly year: number;
  readonly owned: boolean;
  readonly hidden: boolean;
  readonly deleted: boolean;
  /** In which collection each earlier version was, the oldest first. */
  readonly past: readonly string[];
}
const drawn = fc.record<Drawn>({
  kinds: fc.uniqueArray(fc.constantFrom('BOOK', 'ARTICLE', 'SECRET', 'VAULT', 'OUTSIDE', 'NOTHING'), {
    minLength: 1,
    maxLength: 2,
  }),
  words: fc.array(fc.constantFrom('higgs', 'boson', 'quark', 'mass'), { minLength: 1, maxLength: 4 }),
  year: fc.constantFrom(1977, 2001),
  owned: fc.boolean(),
  hidden: fc.boolean(),
  deleted: fc.nat(9).map((n) => n === 0),
  past: fc.array(fc.constantFrom('BOOK', 'SECRET', 'VAULT', 'NOTHING'), { maxLength: 2 }),
});
type Library = readonly Drawn[];

const isSecret = ({ kinds }: Drawn): boolean => kinds.includes('SECRET') || kinds.includes('VAULT');
const isAnywhere = ({ kinds, words, year }: Drawn): boolean =>
  kinds.some((kind) => kind !== 'NOTHING') || year < 2000 || words.includes('higgs');

/** `id` counts from 1. Hidden records and hidden values are full of the marker. */
function recordOf(one: Drawn, id: number, hiddenShown: boolean): MarcRecord {
  // A guest may not see it; what others see has the marker too, which is why only guests are
  // searched for it.
  const secret = isSecret(one) || !isAnywhere(one);
  const mark = (text: string): string => (secret ? `${marker}${text}` : text);
  return {
    leader: '',
    fields: [
      field('037__', `$a${mark('REPORT')}-${id}`),
      field('100__', `$a${secret ? 'Zqxjauthor, Ann' : 'Ellis, John'}`),
      field('245__', `$a${one.words.join(' ')} ${secret ? 'zqxjvkwtitle' : ''}`.trimEnd()),
      field('260__', `$c${one.year}`),
      // Longer than what a dictionary keeps of a value.
      field(
        '520__',
        `$aAbout ${one.words.toReversed().join(' and ')}${secret ? ` zqxjvkwabstract ${'long '.repeat(60)}` : ''}.`,
      ),
      field('6531_', `$a${mark('matter')}`),
      field('65017', `$a${mark('Physics')}`),
      field('773__', `$p${mark('Journal')}$v${id}$y${one.year}$c1`),
      field('999C5', `$m${mark('Reference')}$r${mark('REPORT')}-${(id % 5) + 1}`),
      ...(one.hidden && hiddenShown
        ? [field('595__', '$azqxjvkwhidden higgs'), field('500__', '$anote$xzqxjvkwsubfield')]
        : [field('500__', '$anote')]),
      ...(one.owned ? [field('8560_', `$f${ownerAddress}`)] : []),
      ...one.kinds.map((kind) => field('980__', `$a${kind}`)),
    ],
  };
}

function deletedOf(one: Drawn, id: number): MarcRecord {
  const record = recordOf(one, id, true);
  return { ...record, fields: [...record.fields, field('980__', '$cDELETED')] };
}

/** What a record was, to somebody who sees these parts of it. */
function pastOf(
  one: Drawn,
  id: number,
  hiddenShown: boolean,
  shown: (version: Drawn) => boolean,
  otherwise = emptyRecord,
): MarcRecord[] {
  return one.past.map((kind) => {
    const version = { ...one, kinds: [kind], deleted: false };
    return shown(version) ? recordOf(version, id, hiddenShown) : otherwise;
  });
}

/**
 * In the place of what a walker may not see: those who edit all records see what is in no
 * collection.
 */
function unseen({ seesNoCollection }: Walker): MarcRecord {
  const kind = field('980__', '$aVAULT');
  return seesNoCollection ? { leader: '', fields: [kind, field('260__', '$c2001')] } : emptyRecord;
}

const emptyRecord: MarcRecord = { leader: '', fields: [field('980__', '$aNOTHING'), field('260__', '$c2001')] };

interface Walker {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly collections: readonly string[];
  readonly owns: boolean;
  readonly seesHidden: boolean;
  readonly seesNoCollection: boolean;
}

function sees(walker: Walker, one: Drawn, policy: 'any' | 'all'): boolean {
  if (!isAnywhere(one)) return walker.seesNoCollection;
  if (walker.owns && one.owned) return true;
  const restricted = one.kinds.filter((kind) => kind === 'SECRET' || kind === 'VAULT');
  if (restricted.length === 0) return true;
  const permitted = restricted.filter((kind) => walker.collections.includes(kind));
  return policy === 'any' ? permitted.length > 0 : permitted.length === restricted.length;
}

let store: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-walk-'));
const content = localStore(folder, async () => true);
let people: WebPeople;
let walkers: readonly Walker[];

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store);
  // Every record has a file, those that are hidden too.
  const { digest, bytes } = await receive(content, Readable.from([Buffer.from('a file')]), 100);
  await store.database.query(
    sql`INSERT INTO document (record_id, name) SELECT number, 'paper' FROM generate_series(1, 200) AS number`,
  );
  await store.database.query(sql`
    INSERT INTO file (document_id, version, format, digest, bytes)
    SELECT id, 1, 'pdf', decode(${digest}, 'hex'), ${bytes} FROM document`);
  // And every record was found by a rule, in a field that is hidden too, and is like its neighbour.
  await store.database.query(sql`
    INSERT INTO check_finding (rule, record_id, revision, mark, path, finding, fixable)
    SELECT 'walked', number, 1, path, path, '{"fault": "blanks", "text": "higgs ", "to": "higgs"}', true
    FROM generate_series(1, 200) AS number, unnest('{245__a,595__a}'::text[]) AS path`);
  await store.database.query(sql`
    INSERT INTO duplicate_pair (a, b, score, verdict) SELECT number, number + 1, 1, 'same' FROM generate_series(1, 199) AS number`);
  await store.database.query(
    sql`INSERT INTO not_same (a, b, person) SELECT number, number + 3, 'ada' FROM generate_series(1, 9) AS number`,
  );
  const add = async (name: string, roles: readonly string[]): Promise<number> =>
    addPerson(store.database, operator, {
      ...{ name, email: `${name}@library.example`, password: undefined, roles },
      ...{ state: 'active', origin: 'operator' },
    });
  const cookie = async (person: number): Promise<Readonly<Record<string, string>>> => {
    const { secret } = await createSession(store.database, {
      person,
      remember: false,
      address: '127.0.0.1',
      agent: '',
    });
    return { cookie: `reperio=${secret}` };
  };
  const ids = {
    insider: await add('insider', ['insider']),
    owner: await add('owner', []),
    editor: await add('editor', ['editor']),
    boss: await add('boss', ['boss']),
  };
  const token = async (
    person: number,
    scopes: readonly ('read' | 'edit')[],
  ): Promise<Readonly<Record<string, string>>> => {
    const made = await createToken(
      store.database,
      operator,
      { id: person, name: 'x' },
      { name: 'x', scopes, expires: undefined },
    );
    return { authorization: `Bearer ${made.secret}` };
  };
  const nothing = { collections: [], owns: false, seesHidden: false, seesNoCollection: false };
  const everything = { collections: ['SECRET', 'VAULT'], owns: false, seesHidden: true, seesNoCollection: true };
  walkers = [
    { name: 'guest', headers: {}, ...nothing },
    { name: 'insider', headers: await cookie(ids.insider), ...nothing, collections: ['SECRET'] },
    { name: 'owner', headers: await cookie(ids.owner), ...nothing, owns: true },
    { name: 'editor', headers: await cookie(ids.editor), ...nothing, seesNoCollection: true },
    { name: 'boss', headers: await cookie(ids.boss), ...everything },
    { name: 'token of boss that may not read', headers: await token(ids.boss, ['edit']), ...nothing },
    { name: 'token of owner', headers: await token(ids.owner, ['read']), ...nothing, owns: true },
  ];
  await store.database.query(sql`
    INSERT INTO knowledge_base (name, kind, path, question)
    VALUES ('hidden values', 'dynamic', '595__a', ''), ('subjects', 'dynamic', '65017a', ''),
      ('all values', 'dynamic', '%', 'zqxjvkwtitle'), ('written', 'written', NULL, NULL)`);
  await store.database.query(sql`
    INSERT INTO knowledge_use (place, base) VALUES ('595a', 'hidden values'), ('500x', 'subjects'), ('245a', 'subjects')`);
  // When somebody was seen last moves while they walk, and pages of accounts show it: nobody comes
  // so late as to move it.
  await store.database.query(sql`UPDATE session SET last_seen = now() + interval '1 day'`);
  await store.database.query(sql`UPDATE api_token SET last_used = now() + interval '1 day'`);
});
after(async () => {
  await people.access.close();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

let version = 0;
/** Of the node, which has nothing to do with records. */
const view = testView();

function appOf(
  site: Site,
  records: readonly MarcRecord[],
  earlier: readonly (readonly MarcRecord[])[] = [],
): { app: FastifyInstance; routes: readonly string[] } {
  const routes: string[] = [];
  const library = memoryLibrary(site, records, String(++version), earlier);
  const app = createApp(library, {
    people,
    oai: { source: memoryOai(library.snapshot()) },
    files: {
      ...{ database: store.database, store: content, delivery: 'stream', accelPrefix: '', limit: 1000 },
      // Nobody draws: an icon for all who may see the document.
      ...{ thumbnails: openThumbnails(folder), thumbnailPatience: 0 },
    },
    uploads: { database: store.database, limit: 1_000_000 },
    profiling: {
      folder: '/nonexistent',
      explain: async () => '',
      isTicket: async () => false,
      take: async () => undefined,
    },
    status: { networks: '127.0.0.1', view: async () => view, checks: async () => view.status.checks },
    onRoute: (method, url) => routes.push(`${method} ${url}`),
  });
  return { app, routes };
}

function worldOf(library: Library, site: Site): WalkWorld {
  return {
    ids: [...library.map((_, i) => i + 1), library.length + 1],
    collections: ['Home', 'Books', 'Papers', 'Articles', 'Secret', 'Old', 'Higgs', 'Outside', 'Vault', noCollection],
    facets: site.facets.map(({ code }) => code),
    questions: [
      '',
      'higgs',
      'higgs boson quark',
      'higgs or zqxjvkwtitle',
      'zqxjvkwtitle',
      'zqxjvkwtitle or mass',
      'not zqxjvkwtitle',
      'zq*',
      '*itle',
      '/zq.*/',
      'title:/^z/',
      "title:'zq'",
      '"higgs zqxjvkwtitle"',
      'author:Zqxjauthor',
      'author:"Zqxjauthor, Ann"',
      'author:"A"->"Zzz"',
      'title:a->z',
      'exactauthor:"Zqxjauthor, Ann"',
      'keyword:zqxjvkwmatter',
      'subject:zqxjvkwPhysics',
      'reference:zqxjvkwReference',
      'reportnumber:zqxjvkwREPORT-1',
      'journal:"zqxjvkwJournal 1 (1977) 1"',
      '037__a:/zq/',
      '980__a:SECRET',
      '980:VAULT',
      '595:zqxjvkwhidden',
      '520__a:/about/',
      '520__a:about*long',
      '595__a:zq*',
      '59:/./',
      '500__x:"zqxjvkwsubfield"',
      'zqxjvkwhidden',
      'miscellaneous:zqxjvkwhidden',
      'year:1900->2100',
      'recid:1->99',
      'datecreated:2026-01-01->2027-01-01',
      'refersto:title:higgs',
      'refersto:recid:1',
      'citedby:higgs',
      'cited:0->99',
      'cocitedwith:1',
      'find a zqxjvkwauthor',
      'nothing:zqxjvkwtitle',
      'titel:higgs',
      'higs',
    ],
  };
}

async function ask(
  app: FastifyInstance,
  walker: Walker,
  step: Step,
  method: 'GET' | 'POST' | 'DELETE' | 'HEAD' | 'PUT' | 'PATCH',
): Promise<LightMyRequestResponse> {
  const headers: Record<string, string> = { ...walker.headers, ...step.headers };
  if (step.form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
  const payload = step.form === undefined ? step.json : new URLSearchParams(step.form).toString();
  return app.inject({ method, url: step.url, headers, ...(payload === undefined ? {} : { payload }) });
}

/**
 * Without what is never twice the same: times, numbers of requests, tokens of forms. An entity tag
 * is a digest that has the version of the index in it.
 */
function seen(answer: LightMyRequestResponse): string {
  const {
    date,
    etag,
    'x-request-id': id,
    'server-timing': timing,
    'content-length': length,
    age,
    ...headers
  } = answer.headers;
  const statements = /desc="(\d+)"/.exec(String(timing))?.[1];
  // The editor's policy has a number that is never the same.
  headers['content-security-policy'] = String(headers['content-security-policy']).replaceAll(/'nonce-[^']*'/g, '');
  const cookies = [headers['set-cookie'] ?? []].flat().map((line) => line.replace(/=[^;]*/, '='));
  const body = answer.body
    .replace(/[\d.,]+ (ms)/g, '$1')
    .replace(/(name="(?:form|key)" value="|nonce=")[^"]*/g, '$1')
    .replace(/number [0-9a-f]{12}/g, 'number');
  return JSON.stringify([answer.statusCode, { ...headers, 'set-cookie': cookies }, statements, body], undefined, 1);
}

function isPrivate(answer: string): boolean {
  const [, headers] = JSON.parse(answer) as readonly [number, Readonly<Record<string, string | undefined>>];
  const { vary = '', 'cache-control': control = '' } = headers;
  return /private|no-store/.test(control) && /\bCookie\b/.test(vary) && /\bAuthorization\b/.test(vary);
}

function stepsOf(
  routes: readonly string[],
  world: WalkWorld,
): readonly (readonly [step: Step, method: 'GET' | 'POST' | 'DELETE' | 'HEAD' | 'PUT' | 'PATCH'])[] {
  return routes.flatMap((route) => {
    const [method = '', path = ''] = route.split(' ');
    const isHead = method === 'HEAD';
    const walk = walks[isHead ? `GET ${path}` : route];
    assert.ok(walk !== undefined, `nobody has said how to walk ${route}: add a line to src/web/walk-table.ts`);
    const steps = walk(world);
    // HEAD is the same handler: one step shows it.
    return (isHead ? steps.slice(0, 1) : steps).map(
      (step) => [step, isHead ? 'HEAD' : (step.method ?? 'GET')] as const,
    );
  });
}

test('every route is in the table, and every line of the table is a route', async () => {
  const { app, routes } = appOf(sites.any, []);
  await app.ready();
  stepsOf(routes, worldOf([], sites.any));
  assert.deepEqual(
    Object.keys(walks).filter((route) => !routes.includes(route)),
    [],
  );
  await app.close();
});

test('a search is asked by arguments that there are', () => {
  const files = ['search', 'web'].flatMap((room) => {
    const folder = new URL(`../${room}/`, import.meta.url);
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/test\.ts$|walk-/.test(path))
      .map((path) => readFileSync(new URL(path, folder), 'utf8'));
  });
  const isRead = (name: string): boolean =>
    /^(?:p|f|m|op)[123]$|^facet\./.test(name) || files.some((text) => text.includes(`'${name}'`));
  const steps = walks['GET /search']!(worldOf([], sites.any));
  const names = new Set(steps.flatMap(({ url }) => [...new URLSearchParams(url.split('?')[1]).keys()]));
  assert.deepEqual(
    [...names].filter((name) => !isRead(name)),
    [],
  );
});

test('whatever is asked, nobody learns of what they may not see', async () => {
  await assertProperty(
    fc.asyncProperty(
      fc.array(drawn, { minLength: 3, maxLength: 8 }),
      fc.constantFrom('any' as const, 'all' as const),
      fc.nat(),
      async (library, policy, turn) => {
        const site = sites[policy];
        const whole = appOf(
          site,
          library.map((one, i) => (one.deleted ? deletedOf(one, i + 1) : recordOf(one, i + 1, true))),
          library.map((one, i) => pastOf(one, i + 1, true, () => true)),
        );
        await whole.app.ready();
        const steps = [
          ...stepsOf(whole.routes, worldOf(library, site)),
          ...errorSteps.map((step) => [step, step.method ?? 'GET'] as const),
        ];
        // A guest each time, and two of the others in turn, or one of them where little is tried:
        // all of them take long. The guest comes last, when whatever is kept was made for others.
        const others = [walkers[1 + (turn % 6)]!, walkers[1 + ((turn + 2) % 6)]!];
        const chosen = [...others.slice(0, scale < 1 ? 1 : 2), walkers[0]!];
        // What everybody is told, step by step, so that each comes after the others.
        const told: string[][] = [];
        for (const [step, method] of steps) {
          const answers: string[] = [];
          for (const walker of chosen) {
            const answer = await ask(whole.app, walker, step, method);
            assert.ok(answer.statusCode < 500, `${method} ${step.url} as ${walker.name}: ${answer.body}`);
            answers.push(seen(answer));
          }
          told.push(answers);
        }
        for (const [place, walker] of chosen.entries()) {
          const other = appOf(
            site,
            library.map((one, i) => {
              if (!sees(walker, one, policy)) return unseen(walker);
              return one.deleted ? deletedOf(one, i + 1) : recordOf(one, i + 1, walker.seesHidden);
            }),
            library.map((one, i) =>
              pastOf(
                one,
                i + 1,
                walker.seesHidden,
                (version) => sees(walker, one, policy) && sees(walker, version, policy),
                unseen(walker),
              ),
            ),
          );
          for (const [at, [step, method]] of steps.entries()) {
            const where = `${method} ${step.url} ${JSON.stringify(step.headers ?? {})} as ${walker.name}`;
            const real = told[at]![place]!;
            // What was made for this person and not for guests is kept by no shared cache.
            if (real !== told[at]!.at(-1)) assert.ok(isPrivate(real), `${where} may be kept for others`);
            assert.equal(real, seen(await ask(other.app, walker, step, method)), where);
            if (walker.name !== 'guest' || step.url.toLowerCase().includes('zq')) continue;
            const text = real.toLowerCase();
            const found = text.indexOf(marker);
            assert.equal(found, -1, `${where} shows ${text.slice(found - 200, found + 60)}`);
          }
          await other.app.close();
        }
        await whole.app.close();
      },
    ),
    // A failure is told at once: shrinking would walk for minutes.
    { numRuns: 6, endOnFailure: true },
  );
});

test('the walk would see it: what is shown to the wrong people differs', async () => {
  // The same comparison for somebody whom the second library takes for an insider.
  const library: Library = [
    { kinds: ['SECRET'], words: ['boson'], year: 2001, owned: false, hidden: true, deleted: false, past: [] },
  ];
  const insider = walkers.find(({ name }) => name === 'insider')!;
  const whole = appOf(sites.any, [recordOf(library[0]!, 1, true)]);
  const empty = appOf(sites.any, [emptyRecord]);
  await whole.app.ready();
  const found = [];
  for (const [step, method] of stepsOf(whole.routes, worldOf(library, sites.any))) {
    if (!step.url.startsWith('/search') && !step.url.startsWith('/record') && !step.url.startsWith('/feed')) continue;
    const [real, other] = await Promise.all([
      ask(whole.app, insider, step, method),
      ask(empty.app, insider, step, method),
    ]);
    if (seen(real) !== seen(other)) found.push(step.url);
  }
  for (const part of ['/search?', '/search/facet?code=author', '/record/1', '/record/1/export/xm', '/feed'])
    assert.ok(
      found.some((url) => url.startsWith(part)),
      part,
    );
  await Promise.all([whole.app.close(), empty.app.close()]);
});
