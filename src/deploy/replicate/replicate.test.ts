import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderHost } from '../../cluster/render/render.ts';
import { hostNamed } from '../../cluster/topology/read.ts';
import { exampleTopology, testSecrets } from '../../cluster/topology/test-topology.ts';
import type { Release } from '../release/release.ts';
import { parseFacts } from '../rollout/facts.ts';
import { sha256 } from './digests.ts';
import { type Examined, nodeObstacles } from './doctor.ts';
import { byHandLines, markOf, type NeighbourFile, stateOf, without } from './neighbours.ts';
import { reloadOf } from './reloads.ts';

const topology = exampleTopology();
const needs = {
  release: { version: '0.2.0', platform: { arch: 'x64', glibc: '2.28' } } as unknown as Release,
  releaseBytes: 300e6,
  indexBytes: 100e6,
};

function found(facts: string, change: Partial<Examined> = {}): Examined {
  return {
    facts: parseFacts('web4', facts, 'direct'),
    ...{ system: 'Debian', hasSystemd: true, memory: 4e9, ahead: 0, hasUser: true, owner: 'reperio', dataFree: 10e9 },
    ...{ taken: [], active: [], segments: new Map<string, number>() },
    ...change,
  };
}

const well = 'arch\tx86_64\nglibc\tglibc 2.36\nfree\t9000000\n';

test('a host that is well has nothing in its way, also when it is a node already', () => {
  assert.deepEqual(nodeObstacles(found(well), needs, topology), []);
  assert.deepEqual(nodeObstacles(found(well, { taken: [8080], active: ['reperio-web.service'] }), needs, topology), []);
  assert.deepEqual(nodeObstacles(found(well, { owner: '' }), needs, topology), []);
  const segments = new Map([['a', 99e6]]);
  assert.deepEqual(nodeObstacles(found(well, { dataFree: 205e6, segments }), needs, topology), []);
});

test('each thing that is not well is a sentence, and all are told at once', () => {
  const nobody = 'arch\taarch64\nglibc\tglibc 2.17\nfree\t1000\nlacks\trsync\n';
  const wrong = found('', {
    facts: parseFacts('web4', nobody, undefined),
    ...{ hasSystemd: false, memory: 5e8, ahead: -90, owner: 'postgres', dataFree: 1e6, taken: [8080] },
  });
  const sentences = nodeObstacles(wrong, needs, topology);
  for (const pattern of [
    /sudo asks for a password/,
    /it was made for x64, and this machine is arm64/,
    /has no rsync/,
    /systemd does not run there/,
    /Release 0\.2\.0 needs 330 MB, and 2 MB are free/,
    /data folder .* needs 300 MB, and 1 MB are free/,
    /500 MB of memory/,
    /90 s behind ours/,
    /belongs to postgres, and not to reperio/,
    /listens on port 8080/,
  ])
    assert.ok(
      sentences.some((sentence) => pattern.test(sentence)),
      String(pattern),
    );
  assert.equal(sentences.length, 10);
});

test('while somebody deploys, no node is added: its release may be taken back', () => {
  const lock = { id: '1', holder: 'ada@desk', reason: 'deploy of 0.3.0', since: '2026-11-30T01:00:00Z' };
  const own = found(`${well}lock\t${JSON.stringify(lock)}\n`);
  for (const sentences of [
    nodeObstacles(own, needs, topology),
    nodeObstacles(found(well), { ...needs, lock }, topology),
  ])
    assert.match(sentences.join(), /^Deploying is locked by ada@desk since 2026-11-30T01:00:00Z: deploy of 0\.3\.0\./);
});

test('a file that was written and not read is written and read again', () => {
  const file = { path: '/etc/haproxy/haproxy.cfg', text: 'new' };
  const there = (text: string, ...more: readonly string[]): ReadonlyMap<string, string> =>
    new Map([[file.path, sha256(text)], ...more.map((path) => [path, sha256('')] as const)]);
  const mark = markOf(file.path);
  assert.deepEqual(
    [there('new'), there('new', mark), there('old', mark), there('mine', mark), new Map()].map((digests) =>
      stateOf(digests, file, 'old'),
    ),
    ['done', 'open', 'open', 'edited', 'edited'],
  );
  assert.equal(stateOf(new Map(), file, undefined), 'open');
});

test('every file of another host that names a node has what reads it again', () => {
  const before = without(topology, 'web3');
  const changed = before.hosts.flatMap((host) => {
    const old = new Map(renderHost(before, host, testSecrets).map(({ path, text }) => [path, text]));
    return renderHost(topology, host, testSecrets)
      .filter(({ path, text }) => old.get(path) !== text)
      .map(({ path }) => ({ host, path }));
  });
  assert.ok(changed.some(({ path }) => path === '/etc/haproxy/haproxy.cfg'));
  assert.ok(changed.some(({ path }) => path === '/etc/patroni/config.yml'));
  assert.ok(changed.some(({ path }) => path === '/etc/prometheus/prometheus.yml'));
  for (const { host, path } of changed)
    assert.ok(reloadOf(path, { isWeb: host.roles.includes('web') }) !== undefined, path);
});

test('what is left to do by hand is a line with what to type; what is done is none', () => {
  const [file] = renderHost(topology, hostNamed(topology, 'lb1'), testSecrets, ['haproxy']);
  const one = (state: NeighbourFile['state']): NeighbourFile => ({
    ...{ host: 'lb1', file: file!, state, reload: ['systemctl', 'reload', 'haproxy'] },
  });
  assert.deepEqual(byHandLines([one('done')], 'cluster.yaml'), []);
  const lines = byHandLines([one('open'), one('edited'), one('silent')], 'cluster.yaml');
  assert.match(
    lines[0]!,
    /^lb1: \/etc\/haproxy\/haproxy\.cfg \(reperio cluster render .*\), then: systemctl reload haproxy$/,
  );
  assert.match(lines[1]!, /left alone/);
  assert.match(lines[2]!, /^lb1 does not answer/);
});
