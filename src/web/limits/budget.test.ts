import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { createBudget } from './budget.ts';
import { networkOf, parseNetworks, trustedProxies } from './networks.ts';
import { createExportSlots } from './slots.ts';
import { createTraffic } from './traffic.ts';
import { createTurns } from './turns.ts';

test('a budget lets through ten seconds’ worth at once, or sixty, and then one after the other', () => {
  const large = createBudget(1200, () => 0);
  for (let i = 0; i < 200; i++) assert.equal(large.take('a'), 0);
  assert.equal(large.take('a'), 1);
  let time = 0;
  const budget = createBudget(60, () => time);
  for (let i = 0; i < 60; i++) assert.equal(budget.take('a'), 0);
  assert.equal(budget.take('a'), 1);
  assert.equal(budget.take('b'), 0);
  time += 1000;
  assert.equal(budget.take('a'), 0);
  assert.equal(budget.take('a'), 1);
  assert.equal(createBudget(1, () => 0).take('a'), 0);
});

test('whoever waits as long as told is let through; never more than the rate over any time', () => {
  assertProperty(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 300 }),
      (rate, waits) => {
        let time = 0;
        const budget = createBudget(rate, () => time);
        let passed = 0;
        for (const wait of waits) {
          time += wait;
          const seconds = budget.take('n');
          if (seconds === 0) {
            passed += 1;
            continue;
          }
          time += seconds * 1000;
          assert.equal(budget.take('n'), 0);
          passed += 1;
        }
        assert.ok(passed <= rate + (time * rate) / 60_000 + 1e-6);
      },
    ),
  );
});

test('memory is bounded, and those who went longest ago are forgotten', () => {
  const budget = createBudget(1, () => 0);
  budget.take('first');
  for (let i = 0; i < 30_000; i++) {
    budget.take(`n${i}`);
    if (i % 1000 === 0) assert.notEqual(budget.take('first'), 0);
  }
  assert.equal(budget.size, 20_000);
  assert.notEqual(budget.take('first'), 0);
  assert.equal(budget.take('n0'), 0);
});

test('addresses of one site share a network', () => {
  for (const [a, b, same] of [
    ['192.0.2.1', '192.0.2.254', true],
    ['192.0.2.1', '192.0.3.1', false],
    ['::ffff:192.0.2.1', '192.0.2.9', true],
    ['2001:db8:1:200::1', '2001:db8:1:2ff:1:2:3:4', true],
    ['2001:db8:1:200::1', '2001:db8:1:300::1', false],
    ['2001:db8::1', '2001:0db8:0:0:0:0:0:2', true],
    ['fe80::1%eth0', 'fe80::2', true],
    ['::1', '::2', true],
  ] as const) {
    assert.equal(networkOf(a) === networkOf(b), same, `${a} ${b}`);
  }
});

test('a list of networks includes what it says, and what is none is named', () => {
  const list = parseNetworks('127.0.0.0/8, ::1 2001:db8::/32,192.0.2.7', 'exempt-networks');
  for (const address of ['127.3.4.5', '::1', '2001:db8:ffff::1', '192.0.2.7', '::ffff:127.0.0.1'])
    assert.ok(list.includes(address), address);
  for (const address of ['128.0.0.1', '::2', '192.0.2.8', 'nonsense', '']) assert.ok(!list.includes(address), address);
  assert.ok(!parseNetworks('', 'x').includes('127.0.0.1'));
  for (const wrong of ['10.0.0.0/33', 'host.example', '10.0.0.0/8/9', '::1/129', '10.0.0.0/x']) {
    assert.throws(() => trustedProxies(wrong), { code: 'REPERIO_NETWORK_WRONG', message: /trust-proxy/ });
  }
});

test('so many exports run at once, one for each network; others wait their turn or are told', async () => {
  const slots = createExportSlots({ most: 2, wait: 50, isExempt: (network) => network === 'own' });
  const first = await slots.take('a');
  const second = await slots.take('b');
  assert.ok(first !== undefined && second !== undefined);
  const third = slots.take('c');
  const again = slots.take('a');
  second();
  const begun = await third;
  assert.ok(begun !== undefined);
  assert.equal(slots.running, 2);
  second();
  assert.equal(slots.running, 2, 'a place given back twice counts once');
  assert.equal(await again, undefined);
  begun();
  first();
  const own = [await slots.take('own'), await slots.take('own')];
  assert.ok(own.every((one) => one !== undefined));
});

test('an export gives way to pages, but not for ever', async () => {
  const traffic = createTraffic();
  await traffic.giveWay();
  traffic.begin();
  const waiting = traffic.giveWay();
  setTimeout(() => traffic.end(), 5);
  await waiting;
  assert.equal(traffic.pages, 0);
  traffic.begin();
  await traffic.giveWay();
});

test('one network has so many turns at once, others go between them, and nobody is forgotten', async () => {
  const turns = createTurns({ atOnce: 2, longest: 60_000 });
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const ask = async (network: string, name: string): Promise<void> => {
    ends.push(await turns.take(network));
    order.push(name);
  };
  const crawler = ['c1', 'c2', 'c3', 'c4'].map((name) => ask('crawler', name));
  await Promise.all([...crawler.slice(0, 2), ask('reader', 'r1')]);
  assert.deepEqual(order, ['c1', 'c2', 'r1']);
  ends[0]!();
  ends[0]!();
  await crawler[2];
  assert.deepEqual(order, ['c1', 'c2', 'r1', 'c3'], 'a turn that ends twice is one');
  ends[1]!();
  await crawler[3];
  for (const end of ends) end();
  assert.equal(turns.networks, 0);
});

test('a turn that takes long keeps nobody waiting', async () => {
  const turns = createTurns({ atOnce: 1, longest: 20 });
  const first = await turns.take('a');
  const second = await turns.take('a');
  first();
  second();
  assert.equal(turns.networks, 0);
});
