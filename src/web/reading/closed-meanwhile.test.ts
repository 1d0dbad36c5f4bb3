import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { field } from '../../formats/test-records.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { parseSite } from '../../site/parse.ts';
import { createApp } from '../app.ts';
import type { WebLibrary } from '../exchange/environment.ts';
import { memoryLibrary } from '../test-library.ts';
import { memoryOai } from '../test-oai.ts';

const { site } = parseSite(`
extends: default
site: {name: Library, languages: [en], admin: a@b.example}
collections:
  - {name: Home, query: '-980__a:"VAULT"'}
  - {name: Vault, query: '980__a:"VAULT"', restricted: true}
oai: {repository: library.example}
`);
const record = (title: string, kind: string): MarcRecord => ({
  leader: '',
  fields: [field('245__', `$a${title}`), field('500__', `$aAbout zebras, ${title}`), field('980__', `$a${kind}`)],
});
const [first, second] = [record('Open words', 'ARTICLE'), record('Other work', 'ARTICLE')];
const seen = memoryLibrary(site!, [first, second], 'seen');
const changed = (to: MarcRecord, version: string) => memoryLibrary(site!, [to, second], version, [[first]]);

/** The database has more than the view of the index, which learns of it when it is refreshed. */
function behind(now: WebLibrary): { readonly library: WebLibrary; readonly begin: () => void } {
  let view = seen;
  const library: WebLibrary = {
    ...now,
    snapshot: () => view.snapshot(),
    refresh: async () => {
      view = now;
    },
  };
  const begin = (): void => {
    view = seen;
  };
  return { library, begin };
}

const closed = behind(changed(record('Closed words', 'VAULT'), 'closed'));
const open = behind(changed(record('Newer words', 'ARTICLE'), 'open'));
const apps: FastifyInstance[] = [];
const appOf = (library: WebLibrary): FastifyInstance => {
  const app = createApp(library, { oai: { source: memoryOai(seen.snapshot()), harvesters: undefined } });
  apps.push(app);
  return app;
};
let closedApp: FastifyInstance;
let openApp: FastifyInstance;
before(() => {
  [closedApp, openApp] = [appOf(closed.library), appOf(open.library)];
});
after(async () => {
  for (const app of apps) await app.close();
});

const addresses = [
  '/record/1',
  '/record/1/export/xm',
  '/search?p=zebras',
  '/search?p=zebras&of=xm',
  '/search?p=zebras&of=hd',
  '/api/search?p=zebras',
  '/rss?p=zebras',
  '/sru?query=zebras&recordSchema=marcxml',
  '/oai2d?verb=ListRecords&metadataPrefix=oai_dc',
  '/oai2d?verb=GetRecord&metadataPrefix=marcxml&identifier=oai:library.example:1',
];
for (const address of addresses)
  test(`a version that was closed before the index knew of it is not shown: ${address}`, async () => {
    closed.begin();
    assert.doesNotMatch((await closedApp.inject(address)).body, /Closed words/);
    // One that stays open is shown as it is.
    open.begin();
    const { body, statusCode } = await openApp.inject(address);
    assert.equal(statusCode, 200, body);
    assert.match(body, /Newer words/);
  });
