import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field } from '../../formats/test-records.ts';
import { defaultSite } from '../../site/default.ts';
import { compileKeys } from './keys.ts';
import { compileRawReference, doi, report } from './raw-reference.ts';

const keysOf = compileKeys(defaultSite());
const rawReference = compileRawReference(defaultSite());

function means(text: string, path: string, subfields: string): boolean {
  const [high, low] = keysOf({ leader: '', fields: [field(path, subfields)] }).own;
  const keys = rawReference(text);
  return keys.some((key, i) => i % 2 === 0 && key === high && keys[i + 1] === low);
}

test('a printed reference means what its numbers, its journal or its DOI mean, wherever they stand', () => {
  const text = 'J. Ellis, M. Gaillard and B. Zumino, Phys. Lett. B 151 (1985) 357-362, CERN-TH-4036 [hep-th/9611127]';
  assert.ok(means(text, '909C4', '$pPhys. Lett., B$v151$c357$y1985'));
  assert.ok(means(text, '088__', '$aCERN-TH-4036'));
  assert.ok(means(text, '037__', '$ahep-th/9611127'));
  assert.ok(means('Phys. Lett. B 151 (1985) 357', '909C4', '$pPhys. Lett., B$v151$c357$y1985'));
  assert.ok(means('Ellis, doi:10.1103/PhysRevD.54.4234, 1996', '0247_', '$2doi$a10.1103/physrevd.54.4234'));
  assert.ok(means('arXiv:0705.1234v2', '037__', '$a0705.1234'));
  assert.ok(means('E. Merzbacher, Quantum mechanics, ISBN 0-306-40615-2', '020__', '$a9780306406157'));
  assert.ok(!means(text, '909C4', '$pPhys. Lett., B$v151$c358$y1985'));
});

test('a DOI is found at the end of an address; what only begins many of them costs little', () => {
  const proxied = 'see https://proxy.example/login?url=https://doi.org/10.1103/PhysRevD.54.4234';
  assert.ok(means(proxied, '0247_', '$2doi$a10.1103/physrevd.54.4234'));
  // With a search for the end of each that went on to the end of the text this took hours.
  assert.deepEqual(rawReference('http://doi'.repeat(20_000)), []);
});

test('the beginnings of numbers without an end cost what the length of the text costs', () => {
  // Each of these looked for its end up to that of the text from every place: billions of steps.
  for (const part of ['A-', 'a-', 'Aa1-', 'A-1a-', '10.1000.', 'CERN-TH-x-'])
    assert.deepEqual(rawReference(part.repeat(200_000)), [], part);
  // Only the last part of a pattern, behind which nothing is asked for, may be of any length.
  for (const { source } of [report, doi]) assert.doesNotMatch(source.slice(0, -1), /[^\\][*+](?!$)/, source);
});

test('a text that is no reference means nothing', () => {
  assert.deepEqual(rawReference(''), []);
  assert.deepEqual(rawReference('private communication'), []);
});
