import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { localStore } from './local-store.ts';
import { receive } from './receive.ts';

const umask = process.umask(0o077);
const root = mkdtempSync(join(tmpdir(), 'reperio-local-'));
after(() => {
  process.umask(umask);
  rmSync(root, { recursive: true, force: true });
});
const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

test('who may read documents is what the mode of their folder says', async () => {
  // The first as docs/cluster.md makes it for a web server in the group, which new folders inherit.
  for (const [given, folders, file] of [
    [0o2750, '2750', '640'],
    [0o700, '700', '600'],
  ] as const) {
    const folder = join(root, given.toString(8));
    mkdirSync(folder);
    chmodSync(folder, given);
    const store = localStore(folder);
    const { digest } = await receive(store, Readable.from([Buffer.from('a file')]), 100);
    const path = store.path(digest)!;
    assert.equal(mode(path), file);
    for (const each of [dirname(path), dirname(dirname(path))]) assert.equal(mode(each), folders, each);
  }
});
