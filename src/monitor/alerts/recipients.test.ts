import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { type Duty, parseEmergency, weekdays } from '../../config/emergency.ts';
import { readSilence, readTime } from './read-time.ts';
import { everybody, recipientsAt, wallTime } from './recipients.ts';
import { smsText } from './sms-text.ts';
import { gapsOf, weekLines } from './week.ts';

const minute = 60_000;

/**
 * Weeks in which clocks change, as the tables of the zones have them: the offset from UTC in
 * minutes before, the moment, and the offset after it.
 */
const weeks = [
  { zone: 'Europe/Zurich', monday: '2026-03-23', change: '2026-03-29T01:00:00Z', before: 60, after: 120 },
  { zone: 'Europe/Zurich', monday: '2026-10-19', change: '2026-10-25T01:00:00Z', before: 120, after: 60 },
  { zone: 'America/New_York', monday: '2026-03-02', change: '2026-03-08T07:00:00Z', before: -300, after: -240 },
  { zone: 'America/New_York', monday: '2026-10-26', change: '2026-11-01T06:00:00Z', before: -240, after: -300 },
  // Half an hour.
  { zone: 'Australia/Lord_Howe', monday: '2026-03-30', change: '2026-04-04T15:00:00Z', before: 660, after: 630 },
  { zone: 'Asia/Kolkata', monday: '2026-06-01', change: '2026-06-03T00:00:00Z', before: 330, after: 330 },
] as const;

interface Drawn {
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly from: number | undefined;
  readonly to: number;
}

const drawnWindow = fc
  .record<Drawn>({
    first: fc.option(fc.nat(6), { nil: undefined }),
    last: fc.option(fc.nat(6), { nil: undefined }),
    from: fc.option(fc.nat(1439), { nil: undefined }),
    to: fc.integer({ min: 0, max: 1440 }),
  })
  .filter(({ from, to }) => from !== to && !(from === 0 && to === 0));

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

function textOf({ first, last, from, to }: Drawn): string {
  const days =
    first === undefined
      ? ''
      : last === undefined
        ? weekdays[first]!
        : `${weekdays[first]!.slice(0, 3)}-${weekdays[last]}`;
  const hours = from === undefined ? '' : `${clock(from)}-${clock(to)}`;
  return `${days} ${hours}`.trim() || '*';
}

/**
 * A week of the wall, minute by minute: painted from each beginning onwards, until the end comes.
 */
function paint(week: Set<string>[], { first, last, from = 0, to }: Drawn, isWhole: boolean, name: string): void {
  for (let weekday = 0; weekday < 7; weekday++) {
    const end = last ?? first;
    const isMeant =
      first === undefined ||
      (first <= end! ? weekday >= first && weekday <= end! : weekday >= first || weekday <= end!);
    if (!isMeant) continue;
    for (let step = 0; step < 1440; step++) {
      const at = from + step;
      if (!isWhole && step > 0 && at % 1440 === to % 1440) break;
      week[(weekday * 1440 + at) % week.length]!.add(name);
    }
  }
}

test('recipients equal those of a week that is painted minute by minute, also where clocks change', () => {
  assertProperty(
    fc.property(fc.array(drawnWindow, { minLength: 1, maxLength: 5 }), fc.constantFrom(...weeks), (windows, week) => {
      const text = windows.map((one, i) => `${textOf(one)} = p${i}@x, all@x`).join('; ');
      const { duties, problem } = parseEmergency(text);
      assert.equal(problem, undefined, text);
      const painted = Array.from({ length: 7 * 1440 }, () => new Set<string>());
      for (const [i, one] of windows.entries()) paint(painted, one, one.from === undefined, `p${i}@x`);
      const change = Date.parse(week.change);
      const midnight = Date.parse(`${week.monday}T00:00:00Z`);
      const begin = midnight - week.before * minute;
      const end = midnight + 7 * 1440 * minute - week.after * minute;
      for (let at = begin; at < end; at += minute) {
        const offset = at < change ? week.before : week.after;
        const wall = (at + offset * minute - midnight) / minute;
        const expected = [...painted[wall]!];
        const found = recipientsAt(duties, wallTime(at, week.zone)).map(({ address }) => address);
        const own = found.filter((address) => address !== 'all@x').sort();
        if (own.join() !== expected.sort().join() || found.includes('all@x') !== expected.length > 0)
          assert.deepEqual(own, expected, `${text} at ${new Date(at).toISOString()} in ${week.zone}`);
      }
    }),
    { numRuns: 24 },
  );
});

const duties = (text: string): readonly Duty[] => parseEmergency(text).duties;
const at = (text: string, who: readonly Duty[]): string => {
  const instant = readTime(text, 'Europe/Zurich', Date.parse('2026-11-29T12:00:00Z'));
  return recipientsAt(who, wallTime(instant, 'Europe/Zurich'))
    .map(({ address, isShort }) => `${address}${isShort ? ' short' : ''}`)
    .join(', ');
};

test('a window belongs to the day on which it begins; an address with sms in it gets few words', () => {
  const who = duties('Sunday 22:00-06:00 = sms:+41761111111; 06:00-18:00 = team@x, TEAM@x; * = 0041@email2sms.example');
  assert.equal(at('Mon 03:00', who), 'sms:+41761111111 short, 0041@email2sms.example short');
  assert.equal(at('Sun 03:00', who), '0041@email2sms.example short');
  assert.equal(at('Tue 06:00', who), 'team@x, 0041@email2sms.example short');
  assert.equal(at('Tue 18:00', who), '0041@email2sms.example short');
  assert.equal(everybody(who).length, 3);
});

test('times are read as they are written; the clock of the wall skips some and has others twice', () => {
  const now = Date.parse('2026-11-29T12:00:00Z');
  const read = (text: string): string => new Date(readTime(text, 'Europe/Zurich', now)).toISOString();
  assert.equal(read('Mon 03:00'), '2026-11-30T02:00:00.000Z');
  assert.equal(read('2026-07-01 03:00'), '2026-07-01T01:00:00.000Z');
  assert.equal(read('2026-07-01T03:00:00+02:00'), '2026-07-01T01:00:00.000Z');
  assert.equal(read('2026-10-25 02:30'), '2026-10-25T00:30:00.000Z', 'the first of two');
  for (const text of ['2026-03-29 02:30', 'Sonday 03:00', 'tomorrow', 'Mon 25:00', '2026-13-01 00:00'])
    assert.throws(() => read(text), { code: 'REPERIO_TIME_WRONG' }, text);
  assert.equal(readSilence('2h'), 7_200_000);
  assert.throws(() => readSilence('2 weeks'), { code: 'REPERIO_DURATION_WRONG' });
});

test('a text message is one part of the alphabet of GSM', () => {
  assert.equal(smsText('Größe [é] {x} €5 – „ja“ 日本\n~'), 'Grosse (e) (x) EUR5 - "ja" ?? -');
  assertProperty(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      // GSM 03.38 without its extension, as far as it is ASCII.
      assert.match(smsText(text), /^[ !"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-z]{0,160}$/);
    }),
  );
});

test('the picture of the week shows who and nobody', () => {
  const lines = weekLines(duties('Mon-Fri 08:00-20:00 = a@x; Sat 22:15-06:00 = b@x'));
  assert.equal(lines[1], `Monday     ${'.'.repeat(16)}${'A'.repeat(24)}${'.'.repeat(8)}`);
  assert.equal(lines[7], `Sunday     ${'B'.repeat(12)}${'.'.repeat(36)}`);
  assert.equal(lines[6], `Saturday   ${'.'.repeat(45)}BBB`);
  assert.ok(lines.includes('Nobody: Saturday 00:00-22:15'));
  assert.deepEqual(gapsOf(duties('* = a@x')), []);
});
