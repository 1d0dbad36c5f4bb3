import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { defaultSite } from '../../../site/default.ts';
import { indexDigest } from '../../../site/digest.ts';
import { knownVersions } from '../../../site/index-versions.ts';
import { goldenSite, printAnalysis } from './print.ts';

/**
 * What is written here was made by the release that brought the analysis, and is what its nodes
 * find in an index. Whoever changes terms, columns, keys, the brief or the default site raises the
 * analysis (site/index-versions.ts), keeps the one before it as it was, and lets
 * `SNAPSHOTS=write` make the file of the new one.
 */
for (const versions of knownVersions) {
  const { analysis } = versions;
  test(`analysis ${analysis} says of thirty varied records what it has always said`, () => {
    const file = new URL(`analysis-${analysis}.txt`, import.meta.url);
    const site = { ...defaultSite(versions), indexed: versions };
    const found = `default site ${indexDigest(site)}\n${printAnalysis({ ...goldenSite(), indexed: versions })}`;
    if (process.env['SNAPSHOTS'] === 'write' && (!existsSync(file) || versions === knownVersions.at(-1)))
      writeFileSync(file, found);
    const expected = readFileSync(file, 'utf8').split('\n');
    const lines = found.split('\n');
    const at = lines.findIndex((line, place) => line !== expected[place]);
    const record = lines.slice(0, at + 1).findLast((line) => line.startsWith('record '));
    assert.equal(lines[at], expected[at], `${record ?? 'the site'}: the analysis changed under its number`);
    assert.equal(lines.length, expected.length);
  });
}
