import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { decideRules } from './decide.ts';
import { parseRules } from './parse.ts';
import type { Facts } from './rule.ts';

const now = Date.UTC(2030, 5, 15, 12);
const member: Facts['fields'] = {
  uid: '7',
  nickname: 'ada',
  email: 'ada@library.example',
  group: ['Staff', 'Physics readers'],
  guest: '0',
  remote_ip: '192.0.2.17',
};
const guest: Facts['fields'] = { uid: '0', nickname: '', email: '', group: [], guest: '1', remote_ip: '2001:db8::9' };

function decide(text: string, fields: Facts['fields'] = member, at = now) {
  const { rules, problems } = parseRules(text);
  assert.deepEqual(problems, [], text);
  return decideRules(rules, { now: at, fields });
}
const allowed = (...args: Parameters<typeof decide>): boolean => decide(...args).allowed;

test('the first line that fits decides, and without one the answer is no', () => {
  const text = 'deny email "bob@library.example"\nallow group "staff"\nallow any\ndeny any';
  assert.equal(decide(text).by?.line, 2);
  assert.equal(decide(text, guest).by?.line, 3);
  assert.equal(allowed('deny nickname "ada"\nallow any'), false);
  assert.deepEqual(decide('allow email "bob@library.example"'), { allowed: false, by: undefined });
  assert.equal(allowed(''), false);
  assert.equal(allowed('# allow any'), false);
});

test('a value may be written in either quote, as an expression, and one of several', () => {
  assert.ok(allowed(`allow email 'bob@library.example', "ADA@library.example"`));
  assert.ok(allowed('allow email /.*@LIBRARY\\.example/i'));
  assert.ok(!allowed('allow email /.*@LIBRARY\\.example/'));
  assert.ok(allowed('allow nickname /ad/'), 'an expression need not reach to the end');
  assert.ok(!allowed('allow nickname /da/'), 'it must fit from the beginning');
  assert.ok(allowed('allow nickname "a#a", "ada" # a comment "x'));
  assert.ok(allowed("allow nickname 'o\\'neill'", { nickname: "O'Neill" }));
  assert.ok(allowed('ALLOW Groups "physics READERS"'));
  assert.ok(allowed('allow group /physics/i'));
});

test('"not" fits when no value does', () => {
  assert.ok(!allowed('allow not nickname "ada", "bob"'));
  assert.ok(allowed('allow not nickname "bob"'));
  assert.ok(allowed('allow not group "physics"'));
  assert.ok(!allowed('allow not group /phys.*/i'));
  assert.ok(allowed('allow not group "staff"', guest));
  assert.ok(!allowed('deny not guest "0"\nallow any', guest));
});

test('what is not known of a request is passed over, whatever a rule says of it', () => {
  assert.ok(allowed('deny remote_host "bad.example"\nallow any'));
  assert.ok(allowed('deny not remote_host "good.example"\nallow any'));
  assert.ok(allowed('deny external_shoe "42"\nallow any'));
});

test('addresses may be networks of both kinds', () => {
  assert.ok(allowed('allow remote_ip "192.0.2.17"'));
  assert.ok(allowed('allow remote_ip "198.51.100.1", "192.0.2.0/24"'));
  assert.ok(!allowed('allow remote_ip "192.0.3.0/24"'));
  assert.ok(allowed('allow remote_ip "192.0.2.0/24"', { remote_ip: '::ffff:192.0.2.1' }));
  assert.ok(allowed('allow remote_ip "2001:DB8::/32"', guest));
  assert.ok(!allowed('allow remote_ip "2001:db9::/32"', guest));
  assert.ok(!allowed('allow remote_ip "0.0.0.0/0"', { remote_ip: 'unknown' }));
  assert.ok(allowed('allow remote_ip /192\\./'));
});

test('networks agree with counting bits', () => {
  const address = fc.nat({ max: 0xffffffff });
  const dotted = (n: number): string => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
  assertProperty(
    fc.property(address, address, fc.nat(32), fc.nat(32), (base, other, length, same) => {
      // Another address that has at least `same` first bits in common.
      const mask = same === 0 ? 0 : (0xffffffff << (32 - same)) >>> 0;
      const asked = ((base & mask) | (other & ~mask)) >>> 0;
      const inside = length === 0 || base >>> (32 - length) === asked >>> (32 - length);
      const found = allowed(`allow remote_ip "${dotted(base)}/${length}"`, { remote_ip: dotted(asked) });
      assert.equal(found, inside);
    }),
  );
});

test('dates are gates: they go on to the next line or say no', () => {
  const on = (text: string): boolean => allowed(`${text}\nallow any`);
  assert.ok(on('allow until "2030-06-15"'), 'the last day counts whole');
  assert.ok(!on('allow until "2030-06-14"'));
  assert.ok(on('allow from "2030-06-15"'));
  assert.ok(!on('allow from "2030-06-16"'));
  assert.ok(on('deny from "2030-06-16"'));
  assert.ok(!on('deny from "2030-06-15"'));
  assert.ok(on('deny until "2030-06-14"'));
  assert.ok(!on('deny until "2030-06-15"'));
  assert.equal(decide('allow until "2030-06-14"\nallow any').by?.line, 1);
  assert.ok(!allowed('allow until "2031-01-01"'), 'a gate lets nobody in by itself');
});

test('every mistake is named with its line', () => {
  const text = [
    'allow any',
    'alow any',
    'allow',
    'allow emial "x"',
    'allow email x',
    'allow email "x" "y"',
    'allow email "x',
    'allow email "x",',
    'allow any one',
    'allow from "2030-06"',
    'allow from "2030-02-30"',
    'allow from "2030-01-01", "2030-02-01"',
    'allow precached_viewrestrcoll "x"',
    'allow remote_ip "300.1.1.1"',
    'allow remote_ip "10.0.0.0/33"',
    'allow email /(/',
    'allow not',
    '"any" allow',
    '',
    'allow al # all',
  ].join('\r\n');
  const { rules, problems } = parseRules(text);
  assert.equal(rules.length, 1);
  assert.deepEqual(
    problems.map(({ line }) => line),
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20],
  );
  const of = (line: number): string => problems.find((one) => one.line === line)?.message ?? '';
  assert.match(of(2), /Did you mean 'allow'/);
  assert.match(of(4), /no field 'emial'.*Did you mean 'email'/);
  assert.match(of(11), /'2030-02-30' is not a date/);
  assert.match(of(15), /not a network address/);
});

test('whatever is typed is read in no time, and what is read decides', () => {
  const pieces = [
    'allow',
    'deny',
    ' ',
    'any',
    'not',
    'email',
    'group',
    '"',
    "'",
    '/',
    ',',
    '\\',
    '#',
    'x',
    '\n',
    'from',
    '2030-01-01',
  ];
  assertProperty(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), (parts) => {
      const { rules } = parseRules(parts.join(''));
      const { allowed: is, by } = decideRules(rules, { now, fields: member });
      // Only a line that says allow, and is no date, lets anybody in.
      assert.equal(is, by?.allow === true && by.kind !== 'date');
    }),
    { numRuns: 2000 },
  );
});
