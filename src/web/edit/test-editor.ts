import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { loadSettings } from '../../config/settings.ts';
import { applySite } from '../../library/apply-site.ts';
import { type Library, openLibrary } from '../../library/open.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { writeRecords } from '../../records/write.ts';
import { analyzerOf } from '../../search/search.ts';
import type { SiteLevel } from '../../site/level.ts';
import { createApp } from '../app.ts';
import { testPassword, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

/** For tests: a real library with people who may edit this and that. */
export interface TestEditor {
  readonly store: TestDatabase;
  readonly library: Library;
  readonly app: FastifyInstance;
  readonly reader: (name: string) => Reader;
  /** Numbers in the order of the records. */
  readonly add: (...records: readonly MarcRecord[]) => Promise<readonly number[]>;
  readonly level: { now: SiteLevel };
  close(): Promise<void>;
}

export const testSiteText = `extends: default
site: {name: L, languages: [en, fr], hidden-paths: ["595", "500__x"]}
collections:
  - name: L
    children:
      - {name: Books, query: '980__a:"BOOK"'}
      - {name: Papers, query: '980__a:"PAPER"'}
      - {name: Secret, query: '980__a:"SECRET"', restricted: true}
roles:
  ada: {may: [{action: runbibedit}]}
  bob: {may: [{action: runbibedit}]}
  bookish: {may: [{action: runbibedit, collection: Books}]}
  boss: {may: everything}
`;

const names = ['ada', 'bob', 'bookish', 'boss', 'nobody'];

export async function openTestEditor(siteText = testSiteText): Promise<TestEditor> {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-editor-'));
  const store = await openTestDatabase();
  await applySite(store.database, siteText);
  const library = await openLibrary(loadSettings({ REPERIO_DATA: folder, DATABASE_URL: store.url }));
  const people = await testPeople(store);
  const level = { now: { level: 'open', message: '', retryAfter: 60 } as SiteLevel };
  const app = createApp(library, { people, level: () => level.now });
  const readers = new Map<string, Reader>([['guest', createReader(app)]]);
  for (const name of names) {
    const roles = name === 'nobody' ? [] : [name];
    await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: testPassword, roles, state: 'active', origin: 'operator' },
    });
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    await reader.send('/account/sign-in', { name, password: testPassword });
    readers.set(name, reader);
  }
  return {
    ...{ store, library, app, level },
    reader: (name) => readers.get(name)!,
    add: async (...records) => {
      const analyzer = analyzerOf(library.snapshot().site);
      const writes = records.map((record) => ({ record, mode: 'insert', reason: 'test' }) as const);
      const written = await writeRecords(store.database, analyzer, writes);
      await library.refresh();
      return written.map(({ id }) => id);
    },
    close: async () => {
      await app.close();
      await people.access.close();
      await library.close();
      await store.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a page has in its box, as the browser sends it back. */
export function textIn(body: string): string {
  const [, text = ''] = /<textarea id="text"[^>]*>\n([^<]*)</.exec(body) ?? [];
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
