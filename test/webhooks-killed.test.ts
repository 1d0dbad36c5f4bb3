import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addWebhook, requireWebhook } from '../src/exchange/webhooks/webhook.ts';
import { field } from '../src/formats/test-records.ts';
import { compileAnalyzer } from '../src/index/analysis/analyzer.ts';
import { controlField } from '../src/marc/record.ts';
import { writeRecords } from '../src/records/write.ts';
import { defaultSite } from '../src/site/default.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { processBelow } from './support/process-below.ts';
import { type ReleaseNode, serveNode } from './support/release-node.ts';
import { isWhole } from './support/scale.ts';
import { waitFor } from './support/wait.ts';

const kills = isWhole ? 8 : 3;
/** ms: a process that dies again and again is begun again after up to a minute only. */
const patience = 240_000;
const analyzer = compileAnalyzer(defaultSite());
const root = mkdtempSync(join(tmpdir(), 'reperio-webhooks-'));

let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
after(async () => {
  await store.release();
  rmSync(root, { recursive: true, force: true });
});

interface Heard {
  readonly id: string;
  readonly record: number;
  readonly revision: number;
}

test('each message arrives at least once, signed, and in the order of its record, while the process that sends is killed', async (t) => {
  const heard: Heard[] = [];
  const wrong: string[] = [];
  let secret = '';
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
    const mac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'));
    if (signature !== `v1,${mac.update(`${id}.${at}.${body}`).digest('base64')}`) wrong.push(`${signature} of ${body}`);
    const { data } = JSON.parse(body) as { data: { record: number; revision: number } };
    heard.push({ id: String(id), ...data });
    // So that a kill finds some that were taken, and of which nobody was told.
    setTimeout(() => response.writeHead(204).end(), 20);
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const allowed = { hosts: '127.0.0.1', networks: '127.0.0.0/8' };
  const wanted = requireWebhook({ name: 'all', url, events: ['record.*'] }, allowed);
  ({ secret } = await addWebhook(store.database, wanted, undefined));
  const node: ReleaseNode = {
    ...{ name: 'webhooks', folder: join(root, 'data'), databaseUrl: store.url },
    main: fileURLToPath(new URL('../src/cli/main.ts', import.meta.url)),
    settings: { REPERIO_WEBHOOK_HOSTS: allowed.hosts, REPERIO_WEBHOOK_NETWORKS: allowed.networks },
  };
  const expected: string[] = [];
  const write = async (id?: number): Promise<number> => {
    const number = id === undefined ? [] : [controlField('001', String(id))];
    const record = {
      leader: '',
      fields: [...number, field('245__', `$aTitle ${expected.length}`), field('980__', '$aARTICLE')],
    };
    const [done] = await writeRecords(store.database, analyzer, [
      { record, mode: id === undefined ? 'insert' : 'replace', reason: 'test' },
    ]);
    expected.push(`${done!.id} ${done!.revision}`);
    return done!.id;
  };
  const ids = [];
  for (let n = 0; n < 5; n++) ids.push(await write());
  const server = await serveNode(node);
  try {
    await waitFor('the first message', () => heard.length > 0);
    for (let kill = 0; kill < kills; kill++) {
      const before = heard.length;
      for (let n = 0; n < 20; n++) await write(ids[n % ids.length]);
      await waitFor('a message of these', () => heard.length > before, patience);
      await sleep(Math.random() * 60);
      process.kill(
        await waitFor('the process that sends', () => processBelow(server.pid, 'web/background.ts'), patience),
        'SIGKILL',
      );
    }
    const told = () => new Set(heard.map(({ record, revision }) => `${record} ${revision}`));
    await waitFor('all messages', () => told().size >= expected.length, patience);
    assert.deepEqual([...told()].sort(), expected.toSorted());
    assert.deepEqual(wrong, []);
    const first = new Map(heard.toReversed().map((one) => [one.id, one]));
    assert.equal(first.size, expected.length, 'a message that comes again has the same id');
    for (const id of ids) {
      const revisions = [...first.values()].toReversed().filter(({ record }) => record === id);
      const inOrder = revisions.map(({ revision }) => revision);
      assert.deepEqual(
        inOrder,
        inOrder.toSorted((a, b) => a - b),
        `record ${id}`,
      );
    }
    t.diagnostic(`${kills} kills, ${expected.length} messages, ${heard.length - expected.length} came again`);
  } finally {
    await server.stop();
    receiver.closeAllConnections();
    receiver.close();
  }
});
