import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { readSettings } from '../../config/settings.ts';
import { withoutSecretValues } from '../failures/redact.ts';
import { createRedactor, hidden } from './secrets.ts';

/** Blanks, quotes, percent signs, what addresses and JSON encode, letters of other scripts. */
const sign = fc.constantFrom(...`abcXYZ019 "'%\\/@:?&=+#,;<>{}[]()|-_.~$^*!éßλ中😀`);
const secret = fc
  .array(sign, { minLength: 8, maxLength: 24 })
  .map((signs) => signs.join('').trim())
  .filter((text) => text.length >= 8 && new Set(text).size > 4);

/** As programs write it. */
const forms: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  address: encodeURIComponent,
  small: (text) => encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  form: (text) => new URLSearchParams({ text }).toString().slice('text='.length),
  userinfo: (text) => {
    const url = new URL('http://host/');
    url.password = text;
    return url.password;
  },
  json: (text) => JSON.stringify(text).slice(1, -1),
  sql: (text) => text.replaceAll("'", "''"),
  base64: (text) => Buffer.from(text).toString('base64').replace(/=+$/, ''),
};

function assertHidden(text: string, secrets: readonly string[], given: string): void {
  for (const each of secrets)
    for (const [name, form] of Object.entries(forms))
      assert.ok(!text.includes(form(each)), `as ${name}, ${JSON.stringify(each)} of ${given} is in ${text}`);
}

test('a secret of the settings is found in every form that programs write it in, wherever it stands', () => {
  const place = fc.constantFrom('smtp refused ', 'x=', '{"detail":"', 'GET /a/', 'role reperio, ');
  assertProperty(
    fc.property(secret, secret, fc.constantFrom(...Object.keys(forms)), place, (first, second, name, before) => {
      const environment = {
        REPERIO_DATA: tmpdir(),
        REPERIO_SMTP_URL: `smtp://library:${encodeURIComponent(first)}@127.0.0.1:1`,
        REPERIO_S3_SECRET: second,
      };
      const { text, value } = createRedactor(readSettings(environment).settings, environment);
      for (const each of [first, second]) {
        const line = `${before}${forms[name]!(each)} and so on`;
        assertHidden(text(line), [each], line);
        assertHidden(JSON.stringify(value({ msg: line, deep: [{ [line]: line }] })), [each], line);
      }
    }),
    { numRuns: 120 },
  );
});

test('a secret that nobody knows is hidden whole behind its name, also when it has blanks', () => {
  const name = fc.constantFrom('password', 'Password', 'api_key', 'x-auth-token', 'client_secret', 'session');
  const { text, value } = createRedactor(readSettings({ REPERIO_DATA: tmpdir() }).settings, {});
  assertProperty(
    fc.property(secret, name, (word, called) => {
      for (const line of [
        `${called}: ${word}`,
        `wrong ${called}=${word}`,
        `{"${called}":${JSON.stringify(word)},"status":401}`,
        `?next=%2F&${called}=${encodeURIComponent(word)}`,
        `Cookie: sid=${encodeURIComponent(word)}; theme=dark`,
        `Authorization: Basic ${Buffer.from(`ada:${word}`).toString('base64')}`,
      ])
        assertHidden(text(line), [word], line);
      assert.deepEqual(value({ [called]: { literal: word }, count: 3 }), { [called]: hidden, count: 3 });
    }),
    { numRuns: 100 },
  );
});

test('words of a password are not kept with a failure either', () => {
  const words = fc.array(fc.constantFrom('correct', 'horse', 'battery', 'staple'), { minLength: 3, maxLength: 5 });
  assertProperty(
    fc.property(words, (all) => {
      const said = withoutSecretValues(`sign-in failed, password: ${all.join(' ')}`);
      for (const word of all) assert.ok(!said.includes(word), said);
    }),
    { numRuns: 20 },
  );
});

test('parts of gateways and telephones are hidden, and what is next to a quoted secret is not', () => {
  const environment = {
    REPERIO_DATA: tmpdir(),
    REPERIO_SMS_GATEWAY: 'https://sms.example/send {"to": "{to}", "text": "{text}", "key": "hunter two"}',
    REPERIO_HEARTBEAT_URL: 'https://beats.example/ping?id=swordfish',
  };
  const { text } = createRedactor(readSettings(environment).settings, environment);
  assert.equal(text('it said hunter two, swordfish and +41761111111'), `it said ${hidden}, ${hidden} and ${hidden}`);
  assert.equal(text('* = sms:+41761111111, SMS: +41762222222'), `* = sms:${hidden}, SMS: ${hidden}`);
  const beat = { REPERIO_DATA: tmpdir(), REPERIO_HEARTBEAT_URL: 'https://beats.example/ping/swordfish' };
  const { text: ofPath } = createRedactor(readSettings(beat).settings, beat);
  assert.equal(ofPath('asked https://beats.example/ping/swordfish'), `asked ${hidden}`);
  assert.equal(text('{"password":"a b","status":401}'), `{"password":${hidden},"status":401}`);
});
