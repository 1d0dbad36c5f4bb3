import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { openContentStore } from '../../files/open.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { applySite } from '../../library/apply-site.ts';
import { type Library, openLibrary } from '../../library/open.ts';
import { dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../../marc/writers/marcxml.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createSession } from '../../people/sessions.ts';
import { createToken } from '../../people/tokens.ts';
import { writeRecords } from '../../records/write.ts';
import { createApp } from '../app.ts';
import { testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

const siteText = `
site: {name: Test Library, languages: [en, fr], admin: a@b.example, hidden-paths: ["595"]}
fields:
  anyfield: {index: {union: [title], stem: english, pairs: true}}
  title: {paths: ["245__%"], index: {tokenizer: text, stem: english, pairs: true}}
collections:
  - name: Home
    children:
      - {name: Books, query: '980__a:"BOOK"'}
      - {name: Articles, query: '980__a:"ARTICLE"'}
      - {name: Secret, query: '980__a:"SECRET"', restricted: true}
robots:
  - {person: robot, networks: 127.0.0.1, agent: invenio_webupload}
  - {person: boss, networks: [10.0.0.0/8], agent: other}
roles:
  boss: {may: everything}
  editors: {may: [{action: runbibedit}]}
  bookmen: {may: [{action: runbibedit, collection: Books}, {action: runbibeditmulti, collection: Books}]}
  robots: {may: [{action: runbatchuploader, collection: Articles}]}
`;

export type Name = 'boss' | 'edda' | 'bob' | 'robot' | 'nobody';
const roles: Readonly<Record<Name, string>> = {
  boss: 'boss',
  edda: 'editors',
  bob: 'bookmen',
  robot: 'robots',
  nobody: '',
};

/** For tests: a real library with people, and the application over it. */
export interface TestUploads {
  readonly store: TestDatabase;
  readonly library: Library;
  readonly settings: Settings;
  readonly app: FastifyInstance;
  readonly folder: string;
  /** Headers of a request by this person. */
  readonly token: (name: Name) => Readonly<Record<string, string>>;
  readonly session: (name: Name) => Readonly<Record<string, string>>;
  readonly write: (...fields: readonly Field[]) => Promise<number>;
  readonly close: () => Promise<void>;
}

export const field = (tag: string, value: string): Field => dataField(tag, ' ', ' ', [{ code: 'a', value }]);
export const recordOf = (...fields: readonly Field[]): MarcRecord => ({ leader: '', fields });
export const xmlOf = (...records: readonly MarcRecord[]): string =>
  `${marcXmlHead}${records.map((record) => toMarcXml(record)).join('')}${marcXmlFoot}`;

export async function openTestUploads(given: Readonly<Record<string, string>> = {}): Promise<TestUploads> {
  const store = await openTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'reperio-uploads-'));
  const settings = loadSettings({ REPERIO_DATA: folder, DATABASE_URL: store.url, ...given });
  const { version } = await applySite(store.database, siteText);
  const analyzer = compileAnalyzer(version.site);
  const people = await testPeople(store);
  const tokens = new Map<Name, string>();
  const sessions = new Map<Name, string>();
  for (const [name, role] of Object.entries(roles) as [Name, string][]) {
    const id = await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: undefined, roles: role === '' ? [] : [role] },
      ...{ state: 'active', origin: 'operator' },
    });
    const wanted = { name: 'x', scopes: ['read', 'edit'], expires: undefined } as const;
    tokens.set(name, (await createToken(store.database, operator, { id, name }, wanted)).secret);
    const visit = { person: id, remember: false, address: '127.0.0.1', agent: '' };
    sessions.set(name, (await createSession(store.database, visit)).secret);
  }
  await people.access.refresh();
  const library = await openLibrary(settings);
  const app = createApp(library, {
    people,
    baseUrl: 'http://library.example',
    files: {
      ...{ database: store.database, store: openContentStore(store.database, settings), delivery: 'stream' },
      ...{ accelPrefix: '/x/', limit: 1_000_000 },
    },
    uploads: {
      ...{ database: store.database, limit: settings.uploadLimit, recordLimit: settings.recordLimit },
      ...{ callbackUrls: settings.callbackUrls },
    },
  });
  return {
    ...{ store, library, settings, app, folder },
    token: (name) => ({ authorization: `Bearer ${tokens.get(name)}` }),
    session: (name) => ({ cookie: `reperio=${sessions.get(name)}` }),
    write: async (...fields) => {
      const write = { record: recordOf(...fields), mode: 'insert', reason: 'test' } as const;
      const [written] = await writeRecords(store.database, analyzer, [write]);
      await library.refresh();
      return written!.id;
    },
    close: async () => {
      await app.close();
      await library.close();
      await people.access.close();
      await store.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Pages as this person opens them. */
export function readerOf({ app, session }: Pick<TestUploads, 'app' | 'session'>, name: Name): Reader {
  const reader = createReader(app);
  const secret = session(name)['cookie']!.split('=')[1]!;
  (reader.cookies as Map<string, string>).set('reperio', secret);
  return reader;
}

/** Sends a body as whoever the headers say. */
export function send(
  { app }: TestUploads,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET',
  url: string,
  headers: Readonly<Record<string, string>>,
  payload?: string | Buffer,
): Promise<LightMyRequestResponse> {
  const type = payload === undefined ? {} : { 'content-type': 'application/marcxml+xml' };
  return app.inject({ method, url, headers: { ...type, ...headers }, ...(payload !== undefined && { payload }) });
}
