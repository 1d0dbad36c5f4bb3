import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWhen } from './read-when.ts';
import { nextDue, readCron, readEvery } from './when.ts';

const at = (text: string): Date => new Date(text);
const zone = 'Europe/Zurich';
const after = (cron: string, now: string): string | undefined =>
  nextDue({ every: null, cron }, at(now), at(now), zone)?.toISOString();

test('a cron expression is of the clocks of its zone, and each night has its job when they change', () => {
  assert.equal(after('30 2 * * Mon-Fri', '2026-12-04T12:00:00Z'), '2026-12-07T01:30:00.000Z');
  assert.equal(after('@daily', '2026-07-01T12:00:00Z'), '2026-07-01T22:00:00.000Z');
  // Half past two does not come on this day, and comes twice on that.
  assert.equal(after('30 2 * * *', '2026-03-28T12:00:00Z'), '2026-03-29T01:00:00.000Z');
  assert.equal(after('30 2 * * *', '2026-10-24T12:00:00Z'), '2026-10-25T00:30:00.000Z');
  assert.equal(after('30 2 * * *', '2026-10-25T00:30:00Z'), '2026-10-26T01:30:00.000Z');
});

test('what is no rhythm, or never comes, is refused with its text', () => {
  for (const text of ['', '* * * *', '* * * * * *', '61 * * * *', '0 0 30 2 *', 'daily', '2026-01-01T00:00:00'])
    assert.throws(() => readCron(text, zone), { code: 'REPERIO_JOB_CRON' }, text);
  for (const text of ['', '0h', '1', '5 s', '-1h', '400d', '1h30'])
    assert.throws(() => readEvery(text), { code: 'REPERIO_JOB_EVERY' }, text);
  assert.deepEqual(readEvery('6 h'), { every: 21_600, cron: null });
});

test('times that were missed are left out, and the rhythm is kept', () => {
  const hourly = readEvery('1h');
  const next = (due: string, now: string): string | undefined =>
    nextDue(hourly, at(due), at(now), undefined)?.toISOString();
  assert.equal(next('2026-12-01T10:00:00Z', '2026-12-01T10:00:01Z'), '2026-12-01T11:00:00.000Z');
  assert.equal(next('2026-12-01T10:00:00Z', '2026-12-04T10:20:00Z'), '2026-12-04T11:00:00.000Z');
});

test('times are those of the zone', () => {
  const now = at('2026-12-01T12:00:00Z');
  const when = (text: string): string => readWhen(text, now, zone).toISOString();
  assert.equal(when('22:00'), '2026-12-01T21:00:00.000Z');
  assert.equal(when('12:30'), '2026-12-02T11:30:00.000Z');
  assert.equal(when('Sun 03:00'), '2026-12-06T02:00:00.000Z');
  assert.equal(when('1 03:00'), '2027-01-01T02:00:00.000Z');
  assert.equal(when('2026-12-24 20:00'), '2026-12-24T19:00:00.000Z');
  assert.equal(when('2026-12-24 20:00 UTC'), '2026-12-24T20:00:00.000Z');
  assert.equal(when('2026-12-24T20:00+02:00'), '2026-12-24T18:00:00.000Z');
  assert.equal(when('+2h'), '2026-12-01T14:00:00.000Z');
  for (const text of ['soon', '2026-13-01 10:00', '25:00', '2026-12-24'])
    assert.throws(() => when(text), { code: 'REPERIO_JOB_TIME' }, text);
});
