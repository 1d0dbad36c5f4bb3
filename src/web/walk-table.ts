import { oaiFormats } from '../exchange/oai/formats.ts';
import { sruSchemas } from '../exchange/sru/schemas.ts';
import { idFormat, pageFormats } from '../formats/format-names.ts';
import { exportFormats } from '../formats/formats.ts';

/**
 * For the test that walks every route as different people, walk.test.ts. Whoever adds a route adds
 * a line here that says how to ask it.
 */

/** What there is to ask for. */
export interface WalkWorld {
  /** Numbers of records: shown, hidden, deleted, and one that never was. */
  readonly ids: readonly number[];
  readonly collections: readonly string[];
  /** Codes of facets. */
  readonly facets: readonly string[];
  /** Questions as a curious guest would ask them, with words of hidden records among them. */
  readonly questions: readonly string[];
}

export interface Step {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  /** A form. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: object;
}

type Walk = (world: WalkWorld) => readonly Step[];

const get = (...urls: readonly string[]): readonly Step[] => urls.map((url) => ({ url }));
const query = (path: string, values: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(values)}`;
/** Asks for no record at all: one step shows that it answers everybody alike. */
const once =
  (...steps: readonly Step[]): Walk =>
  () =>
    steps;
/**
 * A form that changes something of the sender's own: sent without its token, so that nothing is
 * changed.
 */
const form = (url: string): Walk => once({ url, method: 'POST', form: { name: 'x' } });

/** As harvesters ask: whole lists, and records one by one. */
function oaiQuestions(ids: readonly number[]): readonly Readonly<Record<string, string>>[] {
  type Questions = readonly Readonly<Record<string, string>>[];
  const list = (verb: string, metadataPrefix: string) => ({ verb, metadataPrefix });
  const lists: Questions = [
    ...oaiFormats.map(({ prefix }) => list('ListRecords', prefix)),
    ...['secret', 'kinds', 'kinds:books', 'nothing'].map((set) => ({ ...list('ListIdentifiers', 'oai_dc'), set })),
  ];
  const identifiers = ids.map((id) => `oai:walked.example:${id}`);
  return [
    { verb: 'Identify' },
    { verb: 'ListSets' },
    { verb: 'ListMetadataFormats' },
    ...lists,
    { verb: 'ListRecords', metadataPrefix: 'oai_dc', from: '2026-01-02' },
    { verb: 'ListRecords', metadataPrefix: 'oai_dc', until: '2026-01-01' },
    { verb: 'ListRecords', resumptionToken: 'x' },
    { verb: 'Nothing' },
    ...identifiers.flatMap(
      (identifier): Questions => [
        { verb: 'GetRecord', metadataPrefix: 'oai_dc', identifier },
        { verb: 'ListMetadataFormats', identifier },
      ],
    ),
  ];
}
/**
 * As other catalogues ask: words in each index that may tell of hidden records, lists of terms,
 * records.
 */
function sruQuestions(
  questions: readonly string[],
  ids: readonly number[],
): readonly Readonly<Record<string, string>>[] {
  const words = [...new Set(questions.flatMap((text) => text.match(/[\p{L}\p{N}]+/gu) ?? []))];
  const search = (text: string, more: Readonly<Record<string, string>> = {}) => ({ query: text, ...more });
  const clause = (index: string, word: string): string => `${index} = "${word}"`;
  return [
    {},
    { version: '1.2', operation: 'explain' },
    ...words.slice(0, 10).map((word) => search(word)),
    ...words.slice(0, 5).flatMap((word) => [search(`${word}*`), { scanClause: word }]),
    ...words.slice(0, 4).map((word) => search(clause('dc.title', `${word.slice(0, -1)}?`))),
    ...words.slice(0, 4).flatMap((word) => [search(clause('dc.title', word)), search(`dc.title == ${word}`)]),
    ...['dc.title', 'dc.creator', 'dc.subject', 'dc.date', 'local.collection', 'dc.identifier'].flatMap((index) => [
      { scanClause: clause(index, 'a'), responsePosition: '3' },
      { scanClause: clause(index, 'zq') },
    ]),
    ...sruSchemas.map(({ name }) => search('cql.allRecords = 1', { recordSchema: name, maximumRecords: '50' })),
    search('cql.allRecords = 1 sortBy dc.title', { maximumRecords: '3', startRecord: '2' }),
    search('cql.allRecords = 1', { version: '1.1', operation: 'searchRetrieve', recordPacking: 'string' }),
    search('dc.nothing = x'),
    search('dc.title <> zqxjvkwtitle'),
    ...ids.map((id) => search(clause('rec.identifier', String(id)))),
  ];
}
const harvests =
  (path: string): Walk =>
  ({ ids }) =>
    oaiQuestions(path === '/oai' ? [] : ids).map((values) => ({ url: query(path, values) }));
const harvestsByForm =
  (path: string): Walk =>
  () =>
    oaiQuestions([1])
      .slice(0, 8)
      .map((values) => ({ url: path, method: 'POST', form: values }));

const formats = [
  ...pageFormats.map(({ code }) => code),
  idFormat.code,
  ...idFormat.aliases,
  '245__a',
  ...exportFormats.map(({ code }) => code),
];
const accepted = [
  'text/html',
  'application/json',
  'application/vnd.citationstyles.csl+json',
  ...exportFormats.flatMap(({ mediaTypes }) => mediaTypes),
];
const browsed = ['', 'title', 'author', 'subject', 'year', '595__a', '037__a', 'collection'];
const orders: readonly Readonly<Record<string, string>>[] = [
  { so: 'a' },
  { sf: 'title' },
  { sf: 'year', so: 'a' },
  { sf: '595__a' },
  { sf: '245__a' },
  { sf: 'nothing' },
  { rm: 'wrd' },
  { rm: 'citation' },
  { sf: 'citations' },
];

/** By "METHOD path" as the application registers it. */
export const walks: Readonly<Record<string, Walk>> = {
  'GET /': ({ collections }) => get('/', '/?aas=1', '/?ln=fr', ...collections.map((name) => query('/', { c: name }))),
  'GET /collection/:name': ({ collections }) =>
    [...collections, 'Nothing'].flatMap((name) =>
      get(`/collection/${encodeURIComponent(name)}`, `/collection/${encodeURIComponent(name)}?as=1&ln=fr`),
    ),
  'GET /pages/:slug': () => get('/pages/about', '/pages/about?ln=fr', '/pages/nothing'),
  'GET /help/search': () => get('/help/search'),
  'GET /search': ({ questions, collections, facets, ids }) =>
    get(
      ...questions.flatMap((p) => ['hb', 'id'].map((of) => query('/search', { p, of, rg: '50' }))),
      ...questions.map((p) => query('/search', { p, wl: '1', of: 'hb' })),
      ...questions.slice(0, 3).flatMap((p) => formats.map((of) => query('/search', { p, of }))),
      ...formats.map((of) => query('/search', { of, ot: '245,595,100' })),
      ...orders.flatMap((order) => questions.slice(0, 4).map((p) => query('/search', { p, of: 'id', ...order }))),
      ...orders.map((order) => query('/search', { ...order })),
      ...collections.flatMap((c) => [
        query('/search', { c }),
        query('/search', { cc: c, of: 'id' }),
        query('/search', { cc: c, of: 'xm' }),
      ]),
      `/search?${new URLSearchParams(collections.map((c): [string, string] => ['c', c]))}`,
      ...facets.flatMap((code) => [
        query('/search', { [`facet.${code}`]: 'Secret' }),
        query('/search', { [`facet.not.${code}`]: 'Secret' }),
        query('/search', { [`facet.${code}`]: 'x', p: 'higgs' }),
      ]),
      ...ids.map((id) => query('/search', { p: `recid:${id}`, of: 'id' })),
      query('/search', { p1: 'higgs', f1: 'title', m1: 'a', op1: 'n', p2: 'zqxjvkwtitle', m2: 'o' }),
      query('/search', { d1: '2020-01-01', d2: '2030-01-01' }),
      query('/search', { d1y: '2020', d1m: '1', d1d: '1', d2y: '2030', dt: 'm', of: 'id' }),
      query('/search', { sysno: '1', of: 'id' }),
      query('/search', { jrec: '3', rg: '2' }),
      ...questions.slice(0, 6).map((p) => query('/search', { p, sc: '1' })),
      ...collections.map((cc) => query('/search', { cc, sc: '1' })),
      ...['B', 'H', 'F', 'S', 'L', 'I', 'O', 'I,O'].map((em) => query('/search', { p: 'higgs', em })),
      query('/search', { aas: '2', p: 'higgs', p1: 'zqxjvkwtitle', f1: 'title', m1: 'a', op1: 'o' }),
      query('/search', { sc: '1', ln: 'fr' }),
      ...questions.slice(0, 12).map((p) => query('/search', { p, action: 'browse' })),
      ...browsed.flatMap((f) =>
        ['', 'h', 'zq'].flatMap((p) =>
          ['around', 'after', 'before'].map((way) => query('/search', { action: 'browse', p, f, way })),
        ),
      ),
      ...collections.map((cc) => query('/search', { action: 'browse', p: 'zq', f: 'title', cc })),
      query('/search', { of: 'nonsense' }),
      ...['', 'higgs'].flatMap((p) =>
        ['1900->1999', '1977', '2000->'].map((years) => query('/search', { p, of: 'id', 'facet.year': years })),
      ),
    ),
  'GET /search/facet': ({ facets, questions }) =>
    get(
      ...facets.flatMap((code) => [
        query('/search/facet', { code }),
        query('/search/facet', { code, find: 'zq' }),
        ...questions.slice(0, 4).map((p) => query('/search/facet', { code, p })),
      ]),
      '/search/facet?code=nothing',
    ),
  'GET /record/:id': ({ ids }) =>
    [...ids, 'x', 0].flatMap((id) => [
      ...get(`/record/${id}`, ...formats.map((of) => `/record/${id}?of=${of}`)),
      ...accepted.map((accept): Step => ({ url: `/record/${id}`, headers: { accept } })),
    ]),
  'GET /record/:id/linkset': ({ ids }) => get(...[...ids, 'x'].map((id) => `/record/${id}/linkset`)),
  'GET /record/:id/references': ({ ids }) => get(...ids.map((id) => `/record/${id}/references`)),
  'GET /record/:id/citations': ({ ids }) =>
    get(...ids.flatMap((id) => [`/record/${id}/citations`, `/record/${id}/citations?page=2`])),
  'GET /record/:id/authors': ({ ids }) => get(...ids.map((id) => `/record/${id}/authors`)),
  'GET /record/:id/files': ({ ids }) => get(...ids.map((id) => `/record/${id}/files`)),
  'GET /record/:id/marc': ({ ids }) => get(...ids.flatMap((id) => [`/record/${id}/marc`, `/record/${id}/marc?page=2`])),
  'GET /record/:id/history': ({ ids }) =>
    get(...[...ids, 'x'].flatMap((id) => [`/record/${id}/history`, `/record/${id}/history?page=2&ln=fr`])),
  'GET /record/:id/history/:revision': ({ ids }) =>
    get(
      ...ids.flatMap((id) =>
        [1, 2, 3, 'x'].flatMap((revision) =>
          ['', '?with=1', '?with=2', '?with=9', '?of=xm', '?of=hm', '?of=tm&ot=245,595'].map(
            (more) => `/record/${id}/history/${revision}${more}`,
          ),
        ),
      ),
    ),
  'GET /record/:id/edit': ({ ids }) =>
    get(...[...ids, 'x'].flatMap((id) => [`/record/${id}/edit`, `/record/${id}/edit?draft=1&ln=fr`])),
  'POST /record/:id/edit': ({ ids }) =>
    ids.map((id) => ({ url: `/record/${id}/edit`, method: 'POST' as const, form: { text: 'x', do: 'save' } })),
  'POST /record/:id/restore': ({ ids }) =>
    ids.map((id) => ({ url: `/record/${id}/restore`, method: 'POST' as const, form: { revision: '1' } })),
  'GET /record/new': ({ ids }) =>
    get(
      '/record/new',
      '/record/new?template=empty',
      '/record/new?template=1',
      ...ids.map((id) => `/record/new?from=${id}`),
    ),
  'POST /record/new': form('/record/new'),
  'GET /edit': () => get('/edit', '/edit?ln=fr'),
  'POST /edit/drafts/remove': form('/edit/drafts/remove'),
  'GET /edit/templates': () => get('/edit/templates', '/edit/templates?change=new', '/edit/templates?change=1'),
  'POST /edit/templates': form('/edit/templates'),
  'GET /edit/suggest': () =>
    get(
      ...['100%%a', '245%%a', '595%%a', '500%%x', '980%%a', 'x'].flatMap((path) =>
        ['zq', 'h', 'ellis', 'A'].map((q) => query('/edit/suggest', { path, q })),
      ),
    ),
  'GET /edit/assets/:file': () => get('/edit/assets/nothing.js'),
  'POST /edit/look': form('/edit/look'),
  'POST /edit/drafts': form('/edit/drafts'),
  'POST /edit/beat': ({ ids }) =>
    ids.map((id) => ({ url: '/edit/beat', method: 'POST' as const, form: { record: String(id) } })),
  'GET /record/:id/export/:format': ({ ids }) =>
    get(
      ...ids.flatMap((id) => [...formats, 'nothing'].map((format) => `/record/${id}/export/${format}?ot=245,595,999`)),
    ),
  'GET /feed': ({ questions, collections }) =>
    get(
      '/feed?rg=50',
      ...questions.map((p) => query('/feed', { p })),
      ...collections.map((cc) => query('/feed', { cc })),
    ),
  'GET /unapi': ({ ids }) =>
    get(
      '/unapi',
      ...ids.flatMap((id) => ['', 'xm', 'nothing'].map((format) => query('/unapi', { id: String(id), format }))),
    ),
  'GET /openurl': ({ ids }) =>
    get(
      ...ids.map((id) => query('/openurl', { rft_id: `https://library.example/record/${id}` })),
      query('/openurl', { 'rft.atitle': 'zqxjvkwtitle', 'rft.aulast': 'Zqxjauthor' }),
      query('/openurl', { 'rft.jtitle': 'zqxjvkwJournal', 'rft.volume': '1', 'rft.spage': '1' }),
      query('/openurl', { title: 'higgs', date: '1977' }),
    ),
  'GET /api/search': ({ questions, collections }) =>
    get(
      ...questions.flatMap((p) => [query('/api/search', { p }), query('/api/search', { p, facets: '1', size: '2' })]),
      ...collections.map((cc) => query('/api/search', { cc, facets: '1' })),
      ...orders.map((order) => query('/api/search', { ...order, p: 'higgs boson' })),
      query('/api/search', { cursor: 'x' }),
      query('/api/search', { nothing: '1' }),
    ),
  'GET /api/records': () =>
    get('/api/records', '/api/records?size=2', '/api/records?fields=title', '/api/records?cursor=x'),
  'GET /api/records/:id': ({ ids }) =>
    get(...[...ids, 'x'].flatMap((id) => [`/api/records/${id}`, `/api/records/${id}?fields=reference`])),
  'POST /api/records': ({ ids }) =>
    ids.flatMap((id) =>
      ['replace', 'append'].map((mode) => ({
        url: `/api/records?mode=${mode}&dry-run=1`,
        method: 'POST' as const,
        json: {
          leader: '',
          fields: [{ '001': String(id) }, { '500': { ind1: ' ', ind2: ' ', subfields: [{ a: 'x' }] } }],
        },
      })),
    ),
  ...Object.fromEntries(
    (['PUT', 'PATCH', 'DELETE'] as const).map((method) => [
      `${method} /api/records/:id`,
      ({ ids }: WalkWorld) =>
        [...ids, 'x'].map((id) => ({
          ...{ url: `/api/records/${id}`, method, headers: { 'if-match': '"1"' } },
          ...(method !== 'DELETE' && {
            json: { leader: '', fields: [{ '500': { ind1: ' ', ind2: ' ', subfields: [{ a: 'x' }] } }] },
          }),
        })),
    ]),
  ),
  'GET /api/records/:id/revisions': ({ ids }) =>
    get(
      ...[...ids, 'x'].flatMap((id) =>
        ['', '?diff=1..2', '?before=2'].map((more) => `/api/records/${id}/revisions${more}`),
      ),
    ),
  'GET /api/records/:id/revisions/:revision': ({ ids }) =>
    get(...ids.flatMap((id) => [1, 2, 9, 'newest', 'x'].map((revision) => `/api/records/${id}/revisions/${revision}`))),
  'POST /api/records/:id/revisions/:revision/restore': ({ ids }) =>
    ids.map((id) => ({ url: `/api/records/${id}/revisions/1/restore`, method: 'POST' as const })),
  ...Object.fromEntries(
    ['POST', 'PUT'].flatMap((method) =>
      ['', '/:mode'].map((part) => [
        `${method} /batchuploader/robotupload${part}`,
        // Without a mode that there is: nothing is written.
        once({
          url: `/batchuploader/robotupload${part.replace(':mode', 'burn')}`,
          method: method as 'POST' | 'PUT',
          json: { leader: '', fields: [] },
        }),
      ]),
    ),
  ),
  // Nothing was sent, and nothing waits.
  'GET /api/uploads/:upload': () => get('/api/uploads/1', '/api/uploads/x'),
  'GET /api/held': () => get('/api/held', '/api/held?all=1&q=x'),
  'GET /api/held/:upload': () => get('/api/held/1', '/api/held/x'),
  'GET /upload': () => get('/upload', '/upload?ln=fr'),
  'POST /upload': form('/upload'),
  'POST /upload/documents': form('/upload/documents'),
  'POST /upload/write': form('/upload/write'),
  'GET /upload/:id': () => get('/upload/1', '/upload/x'),
  'GET /held': () => get('/held', '/held?whose=mine&reason=CONFLICT&ln=fr'),
  'POST /held': form('/held'),
  'GET /held/:id': () => get('/held/1', '/held/x'),
  'POST /held/:id': form('/held/1'),
  'POST /api/held/:upload': once({ url: '/api/held/1', method: 'POST', json: { do: 'assign' } }),
  'GET /api/collections': () => get('/api/collections', '/api/collections?ln=fr'),
  'GET /api/suggest': () =>
    get(...['z', 'zq', 'h', 'e', 'higgs b', 'zqxjvkwauthor, '].map((q) => query('/api/suggest', { q }))),
  'GET /api/openapi.json': () => get('/api/openapi.json'),
  'GET /api': () => get('/api'),
  'GET /rss': () => get('/rss?p=higgs'),
  'GET /assets/:file': () => get('/assets/nothing.css'),
  'GET /favicon.ico': () => get('/favicon.ico'),
  'GET /sitemap.xml': () => get('/sitemap.xml'),
  'GET /sitemaps/:file': () => get('/sitemaps/0.xml', '/sitemaps/1.xml', '/sitemaps/x'),
  'GET /.well-known/resourcesync': () => get('/.well-known/resourcesync'),
  'GET /resourcesync/capabilities.xml': () => get('/resourcesync/capabilities.xml'),
  'GET /resourcesync/changes.xml': () => get('/resourcesync/changes.xml'),
  'GET /resourcesync/changes/:file': () =>
    get('/resourcesync/changes/0.xml', '/resourcesync/changes/1.xml', '/resourcesync/changes/x'),
  'GET /robots.txt': () => get('/robots.txt'),
  'GET /opensearchdescription': () => get('/opensearchdescription'),
  ...Object.fromEntries(
    ['/oai2d', '/oai'].flatMap((path) => [
      [`GET ${path}`, harvests(path)],
      [`POST ${path}`, harvestsByForm(path)],
    ]),
  ),
  'GET /sru': ({ questions, ids }) => sruQuestions(questions, ids).map((values) => ({ url: query('/sru', values) })),
  // What is asked is told again: nothing is asked here that nobody may see.
  'POST /sru': () =>
    ['higgs', 'cql.allRecords = 1', '('].map((text) => ({ url: '/sru', method: 'POST', form: { query: text } })),
  'POST /preferences': once({ url: '/preferences', method: 'POST', form: { theme: 'dark', back: '/record/1' } }),
  'GET /health/live': () => get('/health/live'),
  'GET /health/ready': () => get('/health/ready'),
  'GET /record/:id/files/:name': ({ ids }) => get(...ids.map((id) => `/record/${id}/files/paper.pdf`)),
  'GET /record/:id/thumbnails/:name': ({ ids }) =>
    get(
      ...ids.flatMap((id) => ['', '?size=large', '?size=x'].map((size) => `/record/${id}/thumbnails/paper.pdf${size}`)),
    ),
  'GET /api/records/:id/file-events': ({ ids }) => get(...ids.map((id) => `/api/records/${id}/file-events`)),
  'GET /api/records/:id/files': ({ ids }) => get(...ids.map((id) => `/api/records/${id}/files`)),
  'POST /api/records/:id/files': ({ ids }) =>
    ids.map((id) => ({ url: `/api/records/${id}/files?name=x.pdf`, method: 'POST' as const, json: {} })),
  // What there is stays: whoever comes next is told the same.
  'DELETE /api/records/:id/files/:name': ({ ids }) =>
    ids.flatMap((id) =>
      ['paper.pdf?version=9', 'paper.pdf?version=x', 'x'].map((name) => ({
        url: `/api/records/${id}/files/${name}`,
        method: 'DELETE' as const,
      })),
    ),
  // No profile is kept: whoever may see them sees none.
  'GET /profiles': () => get('/profiles'),
  'GET /profiles/compare': () => get('/profiles/compare', '/profiles/compare?a=x&b=y'),
  'GET /profiles/:id': () => get('/profiles/x', '/profiles/abcdef1-123456', '/profiles/abcdef1-123456.cpuprofile'),
  'GET /profiles/flame/:file': () => get('/profiles/flame/index.html', '/profiles/flame/x'),
  'POST /api/profile': once({ url: '/api/profile', method: 'POST', json: { secret: 'x', seconds: 1 } }),
  // Open from this machine: all see the same.
  'GET /server-status': () => get('/server-status', '/server-status?auto', '/server-status?format=json'),
  'GET /metrics': () => get('/metrics'),
  'GET /health/check/:name': () =>
    get('/health/check/ready', '/health/check/disk?w=1:&c=1:', '/health/check/nothing', '/health/check/disk?c=x'),
  'POST /api/login': once({ url: '/api/login', method: 'POST', json: { name: 1 } }),
  // Without a cookie it ends nothing.
  'POST /api/logout': once({ url: '/api/logout', method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }),
  'GET /account/sign-in': ({ ids }) => get(...ids.map((id) => query('/account/sign-in', { back: `/record/${id}` }))),
  'POST /account/sign-in': form('/account/sign-in'),
  'POST /account/sign-out': form('/account/sign-out'),
  'GET /account/register': () => get('/account/register'),
  'POST /account/register': form('/account/register'),
  'GET /account/confirm': () => get('/account/confirm?token=x'),
  'POST /account/confirm': form('/account/confirm'),
  'GET /account/lost-password': () => get('/account/lost-password'),
  'POST /account/lost-password': form('/account/lost-password'),
  'GET /account/new-password': () => get('/account/new-password?token=x'),
  'POST /account/new-password': form('/account/new-password'),
  'GET /account': () => get('/account'),
  'POST /account/preferences': form('/account/preferences'),
  'POST /account/password': form('/account/password'),
  'POST /account/email': form('/account/email'),
  'GET /account/email': () => get('/account/email?token=x'),
  'POST /account/email/confirm': form('/account/email/confirm'),
  'GET /account/sessions': () => get('/account/sessions'),
  'POST /account/sessions': form('/account/sessions'),
  'GET /account/tokens': () => get('/account/tokens'),
  'POST /account/tokens': form('/account/tokens'),
  'POST /account/tokens/end': form('/account/tokens/end'),
  'GET /account/with/:provider': () => get('/account/with/nothing'),
  'GET /account/with/:provider/callback': () => get('/account/with/nothing/callback?code=x&state=x'),
  'POST /account/with/:provider/link': form('/account/with/nothing/link'),
  'POST /account/with/:provider/register': form('/account/with/nothing/register'),
  'GET /account/identities': () => get('/account/identities'),
  'POST /account/identities': form('/account/identities'),
  'GET /admin': () => get('/admin'),
  'GET /admin/people': () => get('/admin/people', '/admin/people?q=zq'),
  'POST /admin/people': form('/admin/people'),
  'GET /admin/people/new': () => get('/admin/people/new'),
  'GET /admin/people/:id': () => get('/admin/people/1'),
  'POST /admin/people/:id/state': form('/admin/people/1/state'),
  'POST /admin/people/:id/role': form('/admin/people/1/role'),
  'POST /admin/people/:id/role/take': form('/admin/people/1/role/take'),
  'POST /admin/people/:id/group': form('/admin/people/1/group'),
  'POST /admin/people/:id/group/take': form('/admin/people/1/group/take'),
  'POST /admin/people/:id/sessions': form('/admin/people/1/sessions'),
  'POST /admin/people/:id/password/none': form('/admin/people/1/password/none'),
  'POST /admin/people/:id/password-link': form('/admin/people/1/password-link'),
  'POST /admin/people/:id/remove': form('/admin/people/1/remove'),
  'GET /admin/roles': () => get('/admin/roles'),
  'POST /admin/roles': form('/admin/roles'),
  'GET /admin/roles/new': () => get('/admin/roles/new'),
  'GET /admin/roles/:name': () => get('/admin/roles/boss'),
  'POST /admin/roles/:name': form('/admin/roles/boss'),
  'POST /admin/roles/:name/remove': form('/admin/roles/boss/remove'),
  'GET /admin/groups': () => get('/admin/groups'),
  'POST /admin/groups': form('/admin/groups'),
  'GET /admin/groups/:id': () => get('/admin/groups/1'),
  'POST /admin/groups/:id': form('/admin/groups/1'),
  'POST /admin/groups/:id/give': form('/admin/groups/1/give'),
  'POST /admin/groups/:id/take': form('/admin/groups/1/take'),
  'POST /admin/groups/:id/remove': form('/admin/groups/1/remove'),
  'GET /admin/sessions': () => get('/admin/sessions'),
  'POST /admin/sessions': form('/admin/sessions'),
  'GET /admin/tokens': () => get('/admin/tokens'),
  'POST /admin/tokens': form('/admin/tokens'),
  'GET /admin/loads': () => get('/admin/loads', '/admin/loads?q=zq'),
  // Nothing has failed.
  'GET /admin/failures': () => get('/admin/failures', '/admin/failures?all=1&ln=fr'),
  'GET /admin/failures/:fingerprint': () => get('/admin/failures/x', '/admin/failures/0123456789abcdef'),
  'POST /admin/failures/:fingerprint': form('/admin/failures/0123456789abcdef'),
  'GET /admin/jobs': () => get('/admin/jobs', '/admin/jobs?page=2&ln=fr'),
  'GET /admin/jobs/:id': () => get('/admin/jobs/1', '/admin/jobs/x'),
  'POST /admin/jobs/:id': form('/admin/jobs/1'),
  'POST /admin/jobs/schedules/:id': form('/admin/jobs/schedules/1'),
  'GET /edit/many': () => get('/edit/many', '/edit/many?p=zqxjvkw&page=2&ln=fr'),
  'POST /edit/many': form('/edit/many'),
  'GET /edit/many/:id': () => get('/edit/many/1', '/edit/many/x'),
  'POST /edit/many/:id': form('/edit/many/1'),
  'GET /merge': ({ ids }) => get('/merge', `/merge?id=${ids[0]}`, `/merge?id=1&id=${ids.at(-1)}`),
  'GET /merge/:a/:b': ({ ids }) => get(...ids.map((id) => `/merge/${id}/${ids[0]}`), '/merge/1/x'),
  'POST /merge/:a/:b': form('/merge/1/2'),
  'GET /duplicates': () => get('/duplicates', '/duplicates?page=2&ln=fr', '/duplicates?done=same&a=1&b=2'),
  'POST /duplicates': form('/duplicates'),
  'GET /checks': () => get('/checks', '/checks?ln=fr'),
  'POST /checks': form('/checks'),
  'GET /checks/:rule': () =>
    get('/checks/walked', '/checks/walked?state=ignored&ln=fr', '/checks/walked?after=1-1', '/checks/nothing'),
  'POST /checks/:rule': form('/checks/walked'),
  'GET /kb': () => get('/kb', '/kb?ln=fr'),
  'GET /kb/new': () => get('/kb/new'),
  'POST /kb': form('/kb'),
  'GET /kb/:name': () =>
    get('/kb/hidden%20values', '/kb/subjects?q=zqxjvkw&page=2', '/kb/all%20values', '/kb/nothing', '/kb/written?key=x'),
  'POST /kb/:name': form('/kb/written'),
  'GET /kb/export': () =>
    get(
      ...['hidden values', 'subjects', 'all values'].map((kbname) =>
        query('/kb/export', { kbname, format: 'json', term: 'zqxjvkw' }),
      ),
      query('/kb/export', { kbname: 'subjects' }),
      query('/kb/export', { kbname: 'all values', format: 'csv' }),
      query('/kb/export', { kbname: 'written', format: 'skos' }),
      query('/kb/export', { kbname: 'nothing' }),
    ),
  'GET /api/change-sets': () => get('/api/change-sets', '/api/change-sets?from=1'),
  'POST /api/change-sets': once({ url: '/api/change-sets', method: 'POST', json: { query: 'zqxjvkw', task: 'x' } }),
  'GET /api/change-sets/:id': () => get('/api/change-sets/1', '/api/change-sets/x'),
  'GET /api/change-sets/:id/records': () => get('/api/change-sets/1/records'),
  'POST /api/change-sets/:id/:wish': once({ url: '/api/change-sets/1/apply', method: 'POST', json: {} }),
  'POST /api/merges': once({ url: '/api/merges?dry-run=1', method: 'POST', json: { survivor: 1, other: 'x' } }),
  'POST /api/merges/undo': once({ url: '/api/merges/undo', method: 'POST', json: { survivor: 999, other: 998 } }),
  'GET /admin/harvest': () => get('/admin/harvest', '/admin/harvest?ln=fr'),
  'POST /admin/harvest': form('/admin/harvest'),
  'GET /admin/harvest/:name': () => get('/admin/harvest/x', '/admin/harvest/%25'),
  'POST /admin/harvest/:name': form('/admin/harvest/x'),
  'GET /admin/harvest/runs/:id': () => get('/admin/harvest/runs/1', '/admin/harvest/runs/x'),
  'GET /admin/webhooks': () => get('/admin/webhooks', '/admin/webhooks?ln=fr'),
  'POST /admin/webhooks': form('/admin/webhooks'),
  'GET /admin/webhooks/:name': () => get('/admin/webhooks/x', '/admin/webhooks/%25'),
  'POST /admin/webhooks/:name': form('/admin/webhooks/x'),
  'GET /api/webhooks': () => get('/api/webhooks'),
  'POST /api/webhooks': once({ url: '/api/webhooks', method: 'POST', json: { name: 'x' } }),
  'GET /api/webhooks/:name': () => get('/api/webhooks/x'),
  'DELETE /api/webhooks/:name': once({ url: '/api/webhooks/x', method: 'DELETE' }),
  'GET /api/webhooks/:name/log': () => get('/api/webhooks/x/log', '/api/webhooks/x/log?state=x'),
  'POST /api/webhooks/:name/:wish': once({ url: '/api/webhooks/x/resend', method: 'POST', json: {} }),
  'GET /jobs': () => get('/jobs', '/jobs?page=2&ln=fr'),
  'GET /jobs/:id': () => get('/jobs/1', '/jobs/x'),
  'POST /jobs/:id': form('/jobs/1'),
  'GET /api/jobs': () => get('/api/jobs', '/api/jobs?state=failed', '/api/jobs?x=1'),
  'GET /api/jobs/:id': () => get('/api/jobs/1', '/api/jobs/x'),
  'GET /api/jobs/:id/log': () => get('/api/jobs/1/log'),
  'POST /api/jobs/:id/:wish': once(
    { url: '/api/jobs/1/stop', method: 'POST', json: {} },
    { url: '/api/jobs/1/priority', method: 'POST', json: { priority: 1 } },
  ),
  'DELETE /api/jobs/:id': once({ url: '/api/jobs/1', method: 'DELETE' }),
  'GET /api/schedules': () => get('/api/schedules'),
  'POST /api/schedules/:id': once({ url: '/api/schedules/1', method: 'POST', json: { every: '6h' } }),
  'DELETE /api/schedules/:id': once({ url: '/api/schedules/1', method: 'DELETE' }),
  'GET /admin/oai': () => get('/admin/oai', '/admin/oai?ln=fr'),
  'POST /admin/oai': form('/admin/oai'),
  'GET /admin/dois': () => get('/admin/dois', '/admin/dois?problems=1&ln=fr'),
  'POST /admin/dois': form('/admin/dois'),
  'GET /admin/log': () => get('/admin/log'),
};

/** Addresses that are no route: every error page is walked too. */
export const errorSteps: readonly Step[] = [
  { url: '/nothing' },
  { url: '/record' },
  { url: '/%E0%A4%A' },
  { url: '/search', method: 'POST', form: { p: 'zqxjvkwtitle' } },
  { url: '/record/3', method: 'POST', form: {} },
  { url: '/search?p=higgs', headers: { authorization: `Bearer ${'x'.repeat(43)}` } },
  { url: '/preferences', method: 'POST', headers: { 'content-type': 'text/strange' } },
];
