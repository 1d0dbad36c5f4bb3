import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckAnswer, CheckState } from '../check/check.ts';
import { type Alert, shownState } from './alert.ts';
import { withAsked } from './ask-alerts.ts';
import { messageText } from './message-text.ts';
import { stepAlerts } from './step.ts';

const look = 5_000;
const begin = 1_000_000_000_000;

/** A node that looks every five seconds; what it says, as "12 alert +database -disk@web1". */
function scene(node = 'web1') {
  let alerts: ReadonlyMap<string, Alert> = new Map();
  let now = begin;
  const said: string[] = [];
  const texts: string[] = [];
  return {
    said,
    texts,
    get alerts() {
      return alerts;
    },
    get now() {
      return now;
    },
    ask(asked: { name: string; acknowledge?: string; silentUntil?: number }) {
      alerts = withAsked(alerts, { at: now, ...asked });
    },
    /** Somebody sets the clock. */
    back(seconds: number) {
      now -= seconds * 1000;
    },
    /** For so many seconds the checks find this. */
    run(seconds: number, states: Readonly<Record<string, CheckState>>, by = node) {
      const answers = new Map(
        Object.entries(states).map(([check, state]): [string, CheckAnswer] => [
          check,
          { state, sentence: `${check} is ${state}.`, measures: [] },
        ]),
      );
      for (const end = now + seconds * 1000; now < end; now += look) {
        const step = stepAlerts(alerts, answers, { node: by, now });
        alerts = step.alerts;
        for (const message of step.messages) {
          const { kind, firing, resolved } = message;
          const names = [...firing.map(({ name }) => `+${name}`), ...resolved.map(({ name }) => `-${name}`)];
          said.push(`${(now - begin) / 1000} ${kind} ${names.join(' ')}`);
          texts.push(messageText(message, node, { library: 'lib' }).short);
        }
      }
    },
  };
}

test('what is wrong for twenty seconds is told at once, and its end after five minutes of quiet', () => {
  const one = scene();
  one.run(30, { database: 'critical' });
  assert.deepEqual(one.said, ['20 alert +database']);
  one.run(400, { database: 'ok' });
  assert.deepEqual(one.said.slice(1), ['340 alert -database']);
  assert.deepEqual(one.texts, [
    'ALERT lib: database: database is critical.',
    'RESOLVED lib: database: database is ok.',
  ]);
});

test('what is wrong for a moment, a warning and what is unknown are told to nobody', () => {
  const one = scene();
  one.run(15, { disk: 'critical' });
  one.run(60, { disk: 'ok' });
  one.run(60, { disk: 'warning' });
  one.run(60, { disk: 'unknown' });
  assert.deepEqual(one.said, []);
  assert.equal(one.alerts.size, 0);
});

test('what follows within half a minute is told together', () => {
  const one = scene();
  one.run(5, { disk: 'critical' });
  one.run(10, { disk: 'critical', files: 'critical' });
  one.run(60, { disk: 'critical', files: 'critical', memory: 'critical' });
  assert.deepEqual(one.said, ['20 alert +disk@web1', '50 alert +files +memory@web1']);
});

test('nothing is said of what follows from the database, until it alone is wrong', () => {
  const one = scene();
  one.run(10, { database: 'critical' });
  one.run(600, { database: 'critical', tasks: 'critical', disk: 'ok' });
  assert.deepEqual(one.said, ['20 alert +database']);
  one.run(400, { database: 'ok', tasks: 'critical' });
  assert.deepEqual(one.said.slice(1), ['920 alert +tasks -database']);
});

test('nobody acknowledges it: everybody is told after a quarter of an hour, and it is repeated every four hours', () => {
  const one = scene();
  one.run(9 * 3600, { backup: 'critical' });
  assert.deepEqual(one.said, [
    '20 alert +backup',
    '920 escalation +backup',
    `${920 + 4 * 3600} repeat +backup`,
    `${920 + 8 * 3600} repeat +backup`,
  ]);
});

test('what is acknowledged is neither escalated nor repeated; its end is told', () => {
  const one = scene();
  one.run(60, { backup: 'critical' });
  one.ask({ name: 'backup', acknowledge: 'ada' });
  assert.equal(shownState(one.alerts.get('backup')!, one.now), 'acknowledged');
  one.run(6 * 3600, { backup: 'critical' });
  assert.equal(one.said.length, 1);
  one.run(400, { backup: 'ok' });
  assert.match(one.said[1] ?? '', /alert -backup$/);
  assert.throws(() => one.ask({ name: 'nothing', acknowledge: 'ada' }), { code: 'REPERIO_NO_ALERT' });
});

test('a clock that was a day ahead and is set back delays no message: of what begins, of what is new, and of an end', () => {
  const begins = scene();
  begins.run(10, { database: 'critical' });
  begins.back(86_400);
  begins.run(40, { database: 'critical' });
  assert.equal(begins.said.length, 1, begins.said.join());
  const other = scene();
  other.run(30, { database: 'critical' });
  other.back(86_400);
  other.run(60, { database: 'critical', disk: 'critical' });
  assert.match(other.said[1] ?? '', /^-\d+ alert \+disk@web1$/);
  other.back(86_400);
  other.run(400, { database: 'ok', disk: 'ok' });
  assert.match(other.said[2] ?? '', /alert -database -disk@web1$/);
  assert.equal(other.said.length, 3);
});

test('what is silenced is told when the silence is over, if it is still so', () => {
  for (const name of ['disk@web1', 'disk', 'all']) {
    const one = scene();
    one.ask({ name, silentUntil: begin + 600_000 });
    one.run(300, { disk: 'critical' });
    assert.equal(shownState(one.alerts.get(name)!, one.now), 'silenced');
    one.run(600, { disk: 'critical' });
    assert.deepEqual(one.said, ['600 alert +disk@web1'], name);
  }
});

test('what flaps a hundred times is told once, then called by its name once, and its end once', () => {
  const one = scene();
  for (let i = 0; i < 100; i++) {
    one.run(40, { answer: 'critical' });
    one.run(40, { answer: 'ok' });
  }
  one.run(900, { answer: 'ok' });
  assert.deepEqual(
    one.texts.map((text) => text.replace(/^(\w+) lib: /, '$1 ')),
    [
      'ALERT answer: answer is critical.',
      'ALERT answer: comes and goes again and again; last: answer is critical.',
      'ALERT nobody has acknowledged answer: comes and goes again and again; last: answer is critical.',
      'RESOLVED answer: answer is ok.',
    ],
  );
});

test('what one node finds wrong is not well because another finds it well', () => {
  const one = scene();
  for (let i = 0; i < 10; i++) {
    one.run(5, { replicas: 'critical' }, 'web1');
    one.run(5, { replicas: 'ok' }, 'web2');
  }
  assert.equal(one.said.length, 1);
  one.run(5, { disk: 'critical' }, 'web2');
  assert.ok(one.alerts.has('disk@web2'));
});

test('what was resolved is forgotten after a week', () => {
  const one = scene();
  one.run(30, { disk: 'critical' });
  one.run(400, { disk: 'ok' });
  assert.equal(one.alerts.get('disk@web1')?.state, 'resolved');
  one.run(8 * 86_400, {});
  assert.equal(one.alerts.size, 0);
});
