import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOpen, nextOpening, readHours } from './hours.ts';

const at = (text: string): Date => new Date(text);
const hours = (text: string) => readHours(text)!;

// 2026-11-30 is a Monday.
for (const [text, open, closed] of [
  ['22:00-06:00', ['2026-11-30T22:00', '2026-12-01T05:59'], ['2026-11-30T21:59', '2026-12-01T06:00']],
  ['Mon-Fri 22:00-06:00', ['2026-11-30T23:00', '2026-12-05T05:00'], ['2026-11-30T05:00', '2026-12-05T22:00']],
  ['Sat', ['2026-12-05T00:00', '2026-12-05T23:59'], ['2026-12-04T23:59', '2026-12-06T00:00']],
  ['Sat,Sun 08:00-20:00', ['2026-12-05T08:00', '2026-12-06T19:59'], ['2026-12-04T12:00', '2026-12-06T20:00']],
  ['Fri-Mon 12:00-24:00', ['2026-12-04T12:00', '2026-11-30T23:59'], ['2026-12-01T12:00', '2026-12-03T12:00']],
  ['Monday-Wednesday 8-20:30', ['2026-11-30T08:00', '2026-12-02T20:29'], ['2026-12-03T12:00', '2026-12-01T20:30']],
  ['sunday 23:00-05:00', ['2026-11-29T23:30', '2026-11-30T04:59'], ['2026-11-29T04:00', '2026-11-30T05:00']],
  ['08:00-08:00', ['2026-12-01T07:59', '2026-12-01T08:00'], []],
] as const)
  test(`${text} is open and closed when it says`, () => {
    for (const time of open) assert.ok(isOpen(hours(text), at(time)), time);
    for (const time of closed) assert.ok(!isOpen(hours(text), at(time)), time);
  });

test('what says no hours is refused', () => {
  for (const text of [
    '',
    '22-25',
    'Sunshine',
    'Mo',
    '22',
    '25:00-06:00',
    '22:61-23:00',
    'Someday',
    'Mon Tue',
    '22:00',
    '24:00-06:00',
    'Mon-',
    '1:00-2:00-3:00',
  ])
    assert.equal(readHours(text), undefined, text);
});

test('hours are those of the zone, and nights are as long as its clocks say', () => {
  const night = hours('22:00-06:00');
  for (const [time, open] of [
    ['2026-12-01T21:00:00Z', true],
    ['2026-12-01T20:59:00Z', false],
    // Clocks leap from 2 to 3, so 6 o'clock comes an hour sooner.
    ['2026-03-29T03:59:00Z', true],
    ['2026-03-29T04:00:00Z', false],
    ['2026-10-25T04:59:00Z', true],
    ['2026-10-25T05:00:00Z', false],
  ] as const)
    assert.equal(isOpen(night, at(time), 'Europe/Zurich'), open, time);
  assert.equal(
    nextOpening(night, at('2026-07-01T12:00:00Z'), 'America/New_York').toISOString(),
    '2026-07-02T02:00:00.000Z',
  );
  const never = hours('Sun 02:10-02:50');
  assert.equal(
    nextOpening(never, at('2026-03-28T12:00:00Z'), 'Europe/Zurich').toISOString(),
    '2026-04-05T00:10:00.000Z',
  );
});

test('the next opening is open, not before the time that was asked for, and nothing before it is', () => {
  const texts = fc.constantFrom('22:00-06:00', 'Mon-Fri 22:00-06:00', 'Sat', 'Wed 12:00-12:01', 'Sun,Tue 23:30-00:15');
  const times = fc.date({ min: at('2026-01-01T00:00'), max: at('2027-12-31T00:00'), noInvalidDate: true });
  const zones = fc.constantFrom(undefined, 'Europe/Zurich', 'America/New_York', 'Asia/Kolkata');
  fc.assert(
    fc.property(texts, times, zones, (text, from, zone) => {
      const next = nextOpening(hours(text), from, zone);
      assert.ok(next >= from && isOpen(hours(text), next, zone));
      const middle = new Date((from.getTime() + next.getTime()) / 2);
      assert.ok(next.getTime() === from.getTime() || !isOpen(hours(text), middle, zone), String(middle));
    }),
  );
});
