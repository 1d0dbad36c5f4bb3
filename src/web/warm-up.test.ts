import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SegmentDamaged } from '../index/segment/errors.ts';
import { defaultSite } from '../site/default.ts';
import type { WebLibrary } from './exchange/environment.ts';
import { articleLibrary } from './test-articles.ts';
import { memoryLibrary } from './test-library.ts';
import { warmUp } from './warm-up.ts';

test('records are read for pages that nobody asked for, of a library with records and of one without', async () => {
  const read = new Set<number>();
  const library = articleLibrary();
  const counting: WebLibrary = {
    ...library,
    stored: (ids, bytes, patience) => {
      for (const id of ids) read.add(id);
      return library.stored(ids, bytes, patience);
    },
  };
  await warmUp(counting, 60_000);
  assert.ok(read.size >= 3, `${read.size} records were read`);
  await warmUp(memoryLibrary(defaultSite(), [], 'empty'));
});

test('a process begins although its library is damaged, fails or does not answer', async () => {
  const library = articleLibrary();
  const ill: Readonly<Record<string, Partial<WebLibrary>>> = {
    damaged: {
      snapshot: () => {
        throw new SegmentDamaged('abc', 'terms', 12, 'the checksum is wrong');
      },
    },
    failing: { stored: () => Promise.reject(new Error('no database')) },
    silent: { stored: () => new Promise(() => undefined) },
  };
  for (const parts of Object.values(ill)) await warmUp({ ...library, ...parts }, 200);
});
