import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { emergencyProblem, parseEmergency } from './emergency.ts';
import { readSettings } from './settings.ts';
import { parseSmsGateway } from './sms-gateway.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-emergency-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function ofFile(yaml: string): ReturnType<typeof readSettings> {
  writeFileSync(join(folder, 'reperio.yaml'), yaml);
  return readSettings({ REPERIO_DATA: folder }, folder);
}

test('windows as Invenio writes them are read', () => {
  const { duties } = parseEmergency(
    'Sunday 22:00-06:00 = sms:+41 76 111 11 11; 06:00-18:00 = team@x, b@x\n Mon-Wed = c@x; Fri-Mon 8 = d@x; = e@x; 18:00-24:00=f@x; *=0041762222222@email2sms.example',
  );
  assert.deepEqual(
    duties.map(({ window: { days, from, length }, recipients }) => [days.join(''), from, length, recipients.join(' ')]),
    [
      ['6', 1320, 480, 'sms:+41761111111'],
      ['0123456', 360, 720, 'team@x b@x'],
      ['012', 0, 1440, 'c@x'],
      ['4560', 480, 1440, 'd@x'],
      ['0123456', 0, 1440, 'e@x'],
      ['0123456', 1080, 360, 'f@x'],
      ['0123456', 0, 1440, '0041762222222@email2sms.example'],
    ],
  );
});

test('a wrong text is refused with line and column', () => {
  for (const [text, place, reason] of [
    ['* = a@x; Sonday = b@x', 'line 1, column 10', '"Sonday" is not a day'],
    ['* = a@x;\n  Mon-Fir 10:00 = b@x', 'line 2, column 7', '"Fir" is not a day'],
    ['* = a@x, bob', 'line 1, column 10', '"bob" is neither'],
    ['* = sms:076111', 'line 1, column 5', 'is not a telephone number'],
    ['22:00-25:00 = a@x', 'line 1, column 7', '"25:00" is not a time'],
    ['10:61 = a@x', 'line 1, column 1', '"10:61" is not a time'],
    ['06:00-06:00 = a@x', 'line 1, column 1', 'begins and ends at the same time'],
    ['a@x', 'line 1, column 1', 'has no "="'],
    ['* = a@x,', 'line 1, column 9', 'a recipient is missing'],
    ['-Mon = a@x', 'line 1, column 1', 'is not a window'],
    [';', 'line 1, column 1', 'nobody is named'],
  ] as const) {
    const problem = emergencyProblem(text) ?? '';
    assert.ok(problem.includes(place) && problem.includes(reason), `${text}: ${problem}`);
  }
});

test('in the file it is a map, and what is wrong in it is told with its line and column there', () => {
  const right = ofFile(`port: 8080
emergency:
  "Sunday 22:00-06:00": sms:+41761111111
  06:00-18:00: [team@x, b@x]
  Monday:
    - c@x
    - d@x
  '*': john@x
`);
  assert.deepEqual(right.problems, []);
  assert.equal(
    right.settings.emergency,
    'Sunday 22:00-06:00 = sms:+41761111111; 06:00-18:00 = team@x, b@x; Monday = c@x, d@x; * = john@x',
  );
  const flow = ofFile('emergency: {"Sunday": a@x, "*": "b@x, c@x"}');
  assert.equal(flow.settings.emergency, 'Sunday = a@x; * = b@x, c@x');
  const text = ofFile('emergency: "* = b@x"');
  assert.equal(text.settings.emergency, '* = b@x');
  const wrong = ofFile(`# é
emergency:
  "Sunday 22:00-06:00": sms:+41761111111
  "*": john@x, nobody
`);
  assert.match(wrong.problems[0] ?? '', /^emergency in \S+ is wrong in line 4, column 16: "nobody" is neither/);
  const day = ofFile('emergency:\n  Sonday: a@x\n');
  assert.match(day.problems[0] ?? '', /is wrong in line 2, column 3: "Sonday" is not a day/);
  assert.match(ofFile('emergency: {Sunday: {a: b}}').problems[0] ?? '', /is not text/);
});

test('gateways for text messages are read or refused', () => {
  const kinds = (text: string): unknown => parseSmsGateway(text)?.kind;
  assert.deepEqual(
    [
      'spool:/var/spool/sms/outgoing',
      'mail:{to}@email2sms.example',
      'command:/usr/bin/gammu-smsd-inject TEXT {to} -text {text}',
      'https://sms.example/send?to={to}&text={text}',
      'http://127.0.0.1:8/send {"to": "{to}", "text": "{text}"}',
    ].map(kinds),
    ['spool', 'mail', 'command', 'http', 'http'],
  );
  for (const text of ['spool:outgoing', 'mail:sms@x', 'command:gammu {to} {text}', 'https://sms.example/{to}', 'x'])
    assert.equal(parseSmsGateway(text), undefined, text);
});
