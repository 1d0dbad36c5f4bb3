import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dailyWindow, isWithin, nextTime, timesOfDay } from './clock-times.ts';

const next = (text: string, after: Date): Date => nextTime(timesOfDay(text)!, after);
/** A Wednesday. */
const afternoon = new Date(2026, 10, 25, 14, 30);

test('what is due at a time of day is due today or tomorrow', () => {
  assert.deepEqual(next('15:00', afternoon), new Date(2026, 10, 25, 15, 0));
  assert.deepEqual(next('02:00', afternoon), new Date(2026, 10, 26, 2, 0));
  assert.deepEqual(next('14:30', afternoon), new Date(2026, 10, 26, 14, 30));
});

test('what is due on a day of the week or of the month', () => {
  assert.deepEqual(next('Sun 03:00', afternoon), new Date(2026, 10, 29, 3, 0));
  assert.deepEqual(next('wednesday 14:00', afternoon), new Date(2026, 11, 2, 14, 0));
  assert.deepEqual(next('1 03:00', afternoon), new Date(2026, 11, 1, 3, 0));
  assert.deepEqual(next('25 15:00', afternoon), new Date(2026, 10, 25, 15, 0));
  assert.deepEqual(next('28 00:00', new Date(2026, 1, 28)), new Date(2026, 2, 28));
});

test('other texts are no time', () => {
  for (const text of ['', '2:00', '24:00', '02:60', '29 03:00', '0 03:00', 'Someday 03:00', '1 Sun 03:00', '03:00 Sun'])
    assert.equal(timesOfDay(text), undefined, text);
  for (const text of ['', '22:00', '22:00-', '22:00-25:00', '22:00-06:00-07:00', '22-06'])
    assert.equal(dailyWindow(text), undefined, text);
});

test('a window of the day may go over midnight', () => {
  const at = (hour: number, minute = 0): Date => new Date(2026, 10, 25, hour, minute);
  const night = dailyWindow('22:00-06:00')!;
  assert.deepEqual(
    [21, 22, 23, 0, 5, 6].map((hour) => isWithin(night, at(hour))),
    [false, true, true, true, true, false],
  );
  const morning = dailyWindow('06:00 - 07:30')!;
  assert.deepEqual(
    [at(5, 59), at(6), at(7, 29), at(7, 30)].map((one) => isWithin(morning, one)),
    [false, true, true, false],
  );
  assert.ok(isWithin(dailyWindow('03:00-03:00')!, at(12)));
});
