import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { findProgram, lacks } from '../../../test/support/packages.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { hostFor, renderHost } from '../../cluster/render/render.ts';
import { exampleTopology, testSecrets } from '../../cluster/topology/test-topology.ts';
import { startRelay } from './relay.ts';
import { createSender } from './send.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-relay-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const spool = join(folder, 'outgoing');
mkdirSync(spool);
const sender = createSender({ smtpUrl: undefined, smsGateway: `spool:${spool}` }, { post: () => undefined });
const texts = (): readonly string[] =>
  readdirSync(spool)
    .filter((name) => !name.startsWith('.'))
    .map((name) => readFileSync(join(spool, name), 'utf8'));

test('what Alertmanager posts becomes one text message; nothing else is taken', async () => {
  const said: string[] = [];
  const relay = await startRelay({ sender, port: 0, say: (sentence) => void said.push(sentence) });
  const post = async (path: string, body: unknown): Promise<number> =>
    (await fetch(`${relay.address}${path}`, { method: 'POST', body: JSON.stringify(body) })).status;
  const alert = (status: string, summary: string) => ({ status, labels: { alertname: 'X' }, annotations: { summary } });
  try {
    const firing = { alerts: [alert('resolved', 'old'), alert('firing', 'No node answers.'), alert('firing', 'two')] };
    assert.equal(await post('/sms?to=%2B41761111111', firing), 200);
    assert.deepEqual(texts(), ['To: 41761111111\n\nALERT No node answers. (and 1 more)\n']);
    assert.equal(await post('/sms?to=41761111111;x', firing), 400);
    assert.equal(await post('/other', firing), 404);
    rmSync(spool, { recursive: true });
    assert.equal(await post('/sms?to=%2B41761111111', { alerts: [alert('resolved', 'It is over.')] }), 503);
    assert.match(said.at(-1) ?? '', /could not be sent to .*ENOENT/);
  } finally {
    await relay.close();
    mkdirSync(spool);
  }
});

test('the real Alertmanager, with what is rendered for it, rings a telephone through the relay', {
  skip: lacks('amtool'),
}, async () => {
  const relay = await startRelay({ sender, port: 0, say: () => undefined });
  const topology = exampleTopology();
  const files = renderHost(topology, hostFor(topology, 'alertmanager')!, testSecrets, ['alertmanager']);
  const file = join(folder, 'alertmanager.yml');
  // At any hour, and to the relay of this test.
  const text = files[0]!.text
    .replaceAll('http://127.0.0.1:9095', relay.address)
    .replace(/ {6}active_time_intervals:\n(?: {8}- .*\n)+/g, '');
  writeFileSync(file, text);
  const port = await freePort();
  const program = findProgram('prometheus-alertmanager')!;
  const words = [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='];
  const running = spawn(program, [...words, `--storage.path=${join(folder, 'store')}`], { stdio: 'ignore' });
  const at = [`--alertmanager.url=http://127.0.0.1:${port}`];
  const tool = (...more: readonly string[]) => promisify(execFile)(findProgram('amtool')!, [...more, ...at]);
  try {
    await waitFor('Alertmanager', () => tool('alert', 'query'));
    const add = (name: string) =>
      tool('alert', 'add', `alertname=${name}`, 'severity=page', `--annotation=summary=${name} it is.`);
    await add('ReperioCheckDisk');
    await add('ReperioNoNode');
    await waitFor('the text message', () => texts().length > 0);
    assert.deepEqual(texts(), ['To: 41761111111\n\nALERT ReperioNoNode it is.\n']);
  } finally {
    running.kill('SIGTERM');
    await once(running, 'exit');
    await relay.close();
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
