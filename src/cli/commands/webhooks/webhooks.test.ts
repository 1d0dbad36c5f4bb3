import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { isWhole } from '../../../../test/support/scale.ts';
import { waitFor } from '../../../../test/support/wait.ts';

let store: TestDatabase;
let receiver: Server;
let url: string;
const heard: { id: string; type: string; record: number }[] = [];
const folder = mkdtempSync(join(tmpdir(), 'reperio-webhooks-cli-'));
const main = fileURLToPath(new URL('../../main.ts', import.meta.url));
const children = new Set<ChildProcess>();

before(async () => {
  store = await openTestDatabase();
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    const { type, data } = JSON.parse(body) as { type: string; data: { record: number } };
    heard.push({ id: String(request.headers['webhook-id']), type, record: data.record });
    response.end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  receiver.close();
  await store.release();
  rmSync(folder, { recursive: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  ...{ REPERIO_DATA: folder, DATABASE_URL: store.url, NODE_TEST_CONTEXT: undefined },
  ...{ REPERIO_WEBHOOK_HOSTS: '127.0.0.1', REPERIO_WEBHOOK_NETWORKS: '127.0.0.0/8' },
});
const reperio = async (...words: readonly string[]): Promise<{ status: number; out: string; err: string }> =>
  new Promise((resolve) =>
    execFile(process.execPath, [main, ...words], { env: environment() }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    ),
  );

test('a webhook is added, tried and listed at a terminal; other hosts are refused', async () => {
  const refused = await reperio('webhooks', 'add', 'x', 'https://elsewhere.example/');
  assert.deepEqual([refused.status, /webhook-hosts/.test(refused.err)], [1, true]);
  const added = await reperio('webhooks', 'add', 'feed', url, '--events', 'record.*');
  assert.match(added.out, /Its secret, shown this once: whsec_/);
  assert.match((await reperio('webhooks', 'test', 'feed')).out, /It was taken: .* answered 200\./);
  const list = await reperio('webhooks');
  assert.match(list.out, /feed +http:.* +record\.\* +none: what everybody may see +never +0 +on/);
  assert.doesNotMatch((await reperio('webhooks', 'list', '--json')).out, /whsec_/);
  await reperio('webhooks', 'add', 'away', 'http://127.0.0.1:1/');
  assert.match((await reperio('webhooks', 'test', 'away')).out, /It was not taken: .*ECONNREFUSED/);
  assert.match(
    (await reperio('webhooks', 'log', 'away')).out,
    /test_\d+ +webhook\.test +test +failed +1 +.*ECONNREFUSED/,
  );
  assert.match((await reperio('webhooks', 'resend', 'away')).out, /No message has failed/);
  assert.match((await reperio('webhooks', 'log', 'feed')).out, /webhook\.test +test +sent +1 +200 in/);
});

test('what sends is killed again and again, and every change is told', { skip: !isWhole }, async () => {
  heard.length = 0;
  const work = (): ChildProcess => {
    const child = spawn(process.execPath, [main, 'tasks', 'work'], { env: environment(), stdio: 'ignore' });
    children.add(child);
    return child;
  };
  const record = (id: number) =>
    sql`INSERT INTO event (kind, ids, revisions, befores) VALUES ('record', ARRAY[${id}]::bigint[], '{1}', '{0}')`;
  for (let round = 0; round < 10; round++) {
    const before = heard.length;
    const child = work();
    for (let n = 0; n < 200; n++) {
      const id = round * 200 + n + 1;
      await store.database.query(sql`
        INSERT INTO record (id, created, modified, marc) VALUES (${id}, now(), now(), '["","245  a","x"]')`);
      await store.database.query(record(id));
    }
    await waitFor('some messages', () => heard.length > before + 20);
    child.kill('SIGKILL');
    await once(child, 'exit');
    children.delete(child);
  }
  work();
  await waitFor('all messages', () => new Set(heard.map(({ record: id }) => id)).size === 2_000);
  const ids = new Map<string, number>();
  for (const { id, record: about } of heard) {
    assert.equal(ids.get(id) ?? about, about);
    ids.set(id, about);
  }
  assert.equal(ids.size, 2_000);
});
