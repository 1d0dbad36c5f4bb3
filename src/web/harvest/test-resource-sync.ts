import assert from 'node:assert/strict';
import { SaxesParser, type SaxesTagNS } from 'saxes';

/** A document of ResourceSync as a client reads it. */
export interface SyncDocument {
  readonly root: string;
  readonly capability: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly links: readonly Readonly<Record<string, string>>[];
  readonly entries: readonly {
    readonly address: string;
    readonly modified: string | undefined;
    readonly metadata: Readonly<Record<string, string>>;
    readonly links: readonly Readonly<Record<string, string>>[];
  }[];
}

const sitemap = 'http://www.sitemaps.org/schemas/sitemap/0.9';
const terms = 'http://www.openarchives.org/rs/terms/';
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
/** Attributes of Z39.99-2017, 7: of rs:md and of rs:ln. */
const known = {
  md: [
    'at',
    'capability',
    'change',
    'completed',
    'datetime',
    'encoding',
    'from',
    'hash',
    'length',
    'path',
    'type',
    'until',
  ],
  ln: ['encoding', 'hash', 'href', 'length', 'modified', 'path', 'pri', 'rel', 'type'],
} as const;

/** For tests: reads a document, and asserts what the standard says of every one. */
export function readSync(xml: string): SyncDocument {
  const entries: {
    address: string;
    modified?: string;
    metadata: Record<string, string>;
    links: Record<string, string>[];
  }[] = [];
  const head = { metadata: [] as Record<string, string>[], links: [] as Record<string, string>[] };
  const open: SaxesTagNS[] = [];
  const order: string[] = [];
  let root = '';
  let text = '';
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    text = '';
    open.push(tag);
    const attributes = Object.fromEntries(Object.values(tag.attributes).map(({ name, value }) => [name, value]));
    if (open.length === 1) {
      root = tag.local;
      assert.equal(tag.uri, sitemap);
      return;
    }
    if (tag.uri === terms) {
      assert.ok(tag.local === 'md' || tag.local === 'ln', tag.local);
      for (const name of Object.keys(attributes))
        assert.ok((known[tag.local] as readonly string[]).includes(name), name);
      for (const name of ['at', 'completed', 'datetime', 'from', 'until'])
        if (attributes[name] !== undefined) assert.match(attributes[name], dateTime);
      if (tag.local === 'ln') for (const name of ['href', 'rel']) assert.ok(attributes[name], name);
      if (open.length === 2) {
        assert.equal(entries.length, 0, 'the head stands before all entries');
        head[tag.local === 'md' ? 'metadata' : 'links'].push(attributes);
      } else if (tag.local === 'md') Object.assign(entries.at(-1)!.metadata, attributes);
      else entries.at(-1)!.links.push(attributes);
    } else if (open.length === 2) {
      assert.equal(tag.local, root === 'sitemapindex' ? 'sitemap' : 'url');
      entries.push({ address: '', metadata: {}, links: [] });
      order.length = 0;
    }
    if (open.length === 3) order.push(tag.local);
  });
  parser.on('text', (part) => {
    text += part;
  });
  parser.on('closetag', (tag) => {
    open.pop();
    const entry = entries.at(-1);
    if (tag.local === 'loc') entry!.address = text;
    if (tag.local === 'lastmod') entry!.modified = text;
    if (tag.local === 'url' || tag.local === 'sitemap') {
      // The sitemap schema has a sequence.
      assert.deepEqual(
        order,
        order.toSorted((a, b) => rank(a) - rank(b)),
      );
      assert.match(entry!.address, /^https?:\/\//);
      if (entry!.modified !== undefined) assert.match(entry!.modified, dateTime);
    }
  });
  parser.write(xml).close();
  assert.equal(head.metadata.length, 1, 'one rs:md in the head');
  const [metadata] = head.metadata;
  const { capability } = metadata!;
  assert.ok(capability);
  for (const { metadata: one } of entries) {
    if (capability === 'changelist' && root === 'urlset')
      assert.match(one['change'] ?? '', /^(created|updated|deleted)$/);
    else assert.equal(one['change'], undefined);
  }
  return {
    root,
    capability,
    metadata: metadata!,
    links: head.links,
    entries: entries.map((one) => ({ modified: undefined, ...one })),
  };
}

function rank(name: string): number {
  return ['loc', 'lastmod', 'md', 'ln'].indexOf(name);
}
