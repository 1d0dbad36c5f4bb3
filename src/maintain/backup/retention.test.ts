import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retentionOf, retentionProblem, timeOfDayProblem } from '../../config/texts.ts';
import { lastTime } from '../../library/backup-tasks.ts';
import { outdated } from './retention.ts';

const day = 86_400_000;
const end = Date.parse('2026-11-29T02:00:00Z');

function nights(count: number) {
  return Array.from({ length: count }, (_, at) => {
    const taken = new Date(end - at * day).toISOString();
    return { set: taken.slice(0, 10), kind: 'dump' as const, taken };
  });
}

test('seven days, four weeks and twelve months of nights stay, each by its newest', () => {
  const all = nights(800);
  const gone = outdated(all, retentionOf('7 daily, 4 weekly, 12 monthly'), end);
  const kept = all.map(({ set }) => set).filter((set) => !gone.includes(set));
  assert.deepEqual(kept, [
    ...['2026-11-29', '2026-11-28', '2026-11-27', '2026-11-26', '2026-11-25', '2026-11-24', '2026-11-23'],
    ...['2026-11-22', '2026-11-15', '2026-11-08'],
    ...['2026-10-31', '2026-09-30', '2026-08-31', '2026-07-31', '2026-06-30', '2026-05-31', '2026-04-30'],
    ...['2026-03-31', '2026-02-28', '2026-01-31', '2025-12-31'],
  ]);
});

test('pruned night after night, the same stay as pruned once', () => {
  let kept: readonly ReturnType<typeof nights>[number][] = [];
  const all = nights(500).toReversed();
  const rule = retentionOf('7 daily, 4 weekly, 12 monthly');
  for (const night of all) {
    kept = [...kept, night];
    const gone = outdated(kept, rule, Date.parse(night.taken));
    kept = kept.filter(({ set }) => !gone.includes(set));
  }
  const once = outdated(all, rule, end);
  assert.deepEqual(
    kept.map(({ set }) => set),
    all.map(({ set }) => set).filter((set) => !once.includes(set)),
  );
});

test('the newest stays whatever the rule says, and so do two bases and what is younger than a day', () => {
  const old = nights(3).map((one) => ({ ...one, taken: `2020-01-0${one.set.slice(-1)}T00:00:00Z` }));
  assert.equal(outdated(old, retentionOf('0 daily'), end).length, 2);
  const bases = nights(4).map((one) => ({ ...one, kind: 'base' as const }));
  assert.deepEqual(outdated(bases, retentionOf('7 daily'), end), ['2026-11-27', '2026-11-26']);
  const young = [1, 2, 3].map((hour) => ({
    set: String(hour),
    kind: 'dump' as const,
    taken: new Date(end - hour * 3_600_000).toISOString(),
  }));
  assert.deepEqual(outdated(young, retentionOf('1 daily'), end), []);
});

test('what retention and time of day may be', () => {
  assert.equal(retentionProblem('7 daily, 4 weekly, 12 monthly'), undefined);
  assert.match(retentionProblem('seven days') ?? '', /must be like/);
  for (const text of ['02:00', '2:30', '23:59', 'off']) assert.equal(timeOfDayProblem(text), undefined, text);
  for (const text of ['24:00', '2', 'noon', '02:60'])
    assert.match(timeOfDayProblem(text) ?? '', /must be a time/, text);
});

test('the last time of the night is today or yesterday', () => {
  const two = lastTime(120, new Date(2026, 10, 29, 12, 0));
  assert.deepEqual([two.getDate(), two.getHours(), two.getMinutes()], [29, 2, 0]);
  assert.equal(lastTime(120, new Date(2026, 10, 29, 1, 0)).getDate(), 28);
});
