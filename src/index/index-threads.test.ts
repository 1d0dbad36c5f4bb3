import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDemoLibrary } from '../demo/library.ts';
import { encodeStored } from '../marc/stored.ts';
import { defaultSite } from '../site/default.ts';
import { compileAnalyzer } from './analysis/analyzer.ts';
import { indexVersion } from './entry.ts';
import { IndexThreads } from './index-threads.ts';
import { createInverter } from './segment/inverter.ts';
import { decodeVersion, type StoredVersion } from './stored-records.ts';

test('threads make the segments that this one makes, and forget a batch that was given up', async () => {
  const demo = createDemoLibrary();
  const versions = Array.from({ length: 100 }, (_, place): StoredVersion => {
    const marc = encodeStored(demo.record(place + 1));
    return {
      id: place + 1,
      revision: 1,
      deleted: place % 10 === 9,
      created: new Date(0),
      modified: new Date(1e12),
      marc,
    };
  });
  const site = defaultSite();
  const analyzer = compileAnalyzer(site);
  const whole = (from: readonly StoredVersion[]): string => {
    const inverter = createInverter(analyzer.versions);
    for (const one of from) indexVersion(decodeVersion(one), analyzer, inverter);
    return inverter.finish().id;
  };
  const threads = new IndexThreads(site, 1);
  try {
    const givenUp = threads.begin();
    for (const one of versions.slice(0, 50)) givenUp.add({ ...one, revision: 7 });
    for (const part of [versions, versions.slice(3, 5), []]) {
      const batch = threads.begin();
      for (const one of part) batch.add(one);
      const segments = await batch.finish(() => assert.fail('all of them can be indexed'));
      assert.deepEqual(
        segments.map(({ id, records }) => [id, records]),
        part.length === 0 ? [] : [[whole(part), part.length]],
      );
    }
    // What is no record ends the thread, and whoever waits is told.
    const broken = threads.begin();
    broken.add({ ...versions[0]!, marc: 'no JSON' });
    await assert.rejects(
      broken.finish(() => undefined),
      /JSON/,
    );
  } finally {
    await threads.close();
  }
});
