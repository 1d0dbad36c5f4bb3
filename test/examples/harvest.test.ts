import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../support/markdown.ts';
import { lacks } from '../support/packages.ts';
import { openSmallLibrary, type SmallLibrary, succeed } from '../support/small-library.ts';

const records = join(root, 'examples/search-language/records.txt');
const folder = mkdtempSync(join(tmpdir(), 'reperio-harvest-'));
let library: SmallLibrary;
before(async () => {
  library = await openSmallLibrary({ load: [records] });
});
after(async () => {
  await library?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function harvest(to: string, question = ''): Promise<string> {
  const words = [join(root, 'examples/harvest/harvest.py'), library.address, join(folder, to), question];
  return (await promisify(execFile)('python3', words)).stdout;
}

/** Record -> its title, of the files in a folder. */
function held(in_: string): Readonly<Record<string, string>> {
  const files = readdirSync(join(folder, in_)).filter((file) => file.endsWith('.xml'));
  const titleOf = (file: string): string =>
    /tag="245"[^>]*>\s*<subfield code="a">([^<]*)/.exec(readFileSync(join(folder, in_, file), 'utf8'))?.[1] ?? '';
  return Object.fromEntries(files.map((file) => [file.replace('.xml', ''), titleOf(file)]));
}

test('examples/harvest/harvest.py fetches all records, then what changed, and removes what is gone', {
  skip: lacks('python3'),
}, async () => {
  assert.equal(await harvest('all'), '12 records: 12 fetched, 0 removed.\n');
  assert.equal(await harvest('muons', 'muon'), '3 records: 3 fetched, 0 removed.\n');
  assert.equal(Object.keys(held('all')).length, 12);
  assert.equal(held('all')['11'], 'Boson stars');
  assert.equal(await harvest('all'), '12 records: 0 fetched, 0 removed.\n');

  const changed = join(folder, 'changed.txt');
  writeFileSync(changed, '=001  9\n=245  00$aPhotograph of nothing\n=980  \\\\$aPICTURE\n');
  await succeed(library.run('load', changed, '--mode', 'replace'));
  await succeed(library.run('record', 'delete', '12'));
  assert.equal(await harvest('all'), '11 records: 1 fetched, 1 removed.\n');
  assert.equal(held('all')['9'], 'Photograph of nothing');
  assert.equal(held('all')['12'], undefined);
  assert.equal(await harvest('muons', 'muon'), '2 records: 0 fetched, 1 removed.\n');
  await assert.rejects(harvest('muons', 'kaon'), /take another folder/);
});
