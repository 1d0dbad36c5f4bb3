import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Fleet } from '../rollout/fleet.ts';
import { stream } from './stream.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reperio-stream-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Both hosts are this machine, without ssh between: test/cluster/nodes.test.ts has real ones. */
const open = ([program, ...words]: readonly string[]) => spawn(program!, words, { stdio: ['pipe', 'pipe', 'pipe'] });
const fleet = { host: async () => ({ asRoot: [], open }) } as unknown as Fleet;

const from = join(scratch, 'from');
const to = join(scratch, 'to');
mkdirSync(from);
mkdirSync(to);
const bytes = randomBytes(3_000_000);
for (const name of ['a', 'b']) writeFileSync(join(from, name), bytes);
const plan = { what: 'the index', peer: 'web1', host: 'web2', from, to };

test('files arrive whole, time after time', async () => {
  for (let turn = 0; turn < 20; turn++) {
    assert.ok((await stream(fleet, { ...plan, names: ['a', 'b'] })) >= 6_000_000);
    for (const name of ['a', 'b']) {
      assert.ok(readFileSync(join(to, name)).equals(bytes));
      rmSync(join(to, name));
    }
  }
});

test('one that is not there any more is left out where that is allowed, and told where it is not', async () => {
  const names = ['a', 'gone', 'b'];
  await stream(fleet, { ...plan, names, mayLack: true });
  assert.ok(readFileSync(join(to, 'b')).equals(bytes));
  await assert.rejects(stream(fleet, { ...plan, names }), { code: 'REPERIO_NODE_STREAM' });
});

test('a side that fails ends both, with what it said', async () => {
  await assert.rejects(stream(fleet, { ...plan, names: ['a'], to: join(scratch, 'nowhere') }), /nowhere/);
  const stop = new AbortController();
  stop.abort();
  await assert.rejects(stream(fleet, { ...plan, names: ['a'], signal: stop.signal }), { name: 'AbortError' });
});
