import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { weekdays } from '../../config/emergency.ts';
import { parseTopology } from '../topology/parse.ts';
import { exampleText } from '../topology/test-topology.ts';
import { intervalsOf } from './alertmanager.ts';

const day = 24 * 60;
const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

test('a window is cut at midnight into intervals that have the same minutes of the week', () => {
  const drawn = fc.record({
    text: fc.constant(''),
    days: fc.uniqueArray(fc.nat(6), { minLength: 1 }),
    from: fc.nat(day - 1),
    length: fc.integer({ min: 1, max: day }),
  });
  assertProperty(
    fc.property(drawn, (window) => {
      const wanted = new Set<number>();
      for (const one of window.days)
        for (let step = 0; step < window.length; step++) wanted.add((one * day + window.from + step) % (7 * day));
      const found = new Set<number>();
      for (const interval of intervalsOf(window))
        for (const name of interval.weekdays)
          for (const { start_time, end_time } of interval.times) {
            assert.ok(minutesOf(start_time) < minutesOf(end_time));
            const weekday = weekdays.findIndex((one) => one.toLowerCase() === name);
            for (let at = minutesOf(start_time); at < minutesOf(end_time); at++) found.add(weekday * day + at);
          }
      assert.deepEqual(
        [...found].sort((a, b) => a - b),
        [...wanted].sort((a, b) => a - b),
      );
    }),
    { numRuns: 60 },
  );
});

test('what is wrong with recipients is told with its line', () => {
  const wrong = exampleText.replace('"06:00-18:00":', 'Sonday:').replace('Europe/Zurich', 'Europe/Zuerich');
  const { problems } = parseTopology(wrong);
  assert.match(problems[0]?.message ?? '', /Europe\/Zuerich/);
  assert.match(problems[1]?.message ?? '', /"Sonday" is not a day: write Monday or Mon\.$/);
  const lines = wrong.split('\n');
  assert.match(lines[problems[1]!.line - 1] ?? '', /Sonday/);
  const none = parseTopology(`${exampleText.slice(0, exampleText.indexOf('emergency:'))}emergency: {time-zone: UTC}\n`);
  assert.deepEqual(
    none.problems.map(({ message }) => message),
    ['emergency has no recipients.', 'emergency has no mail-from.'],
  );
});
