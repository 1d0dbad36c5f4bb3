import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { type Email, openMailer } from './mailer.ts';
import { startSmtp, type TestSmtp } from './test-smtp.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-mail-'));
let smtp: TestSmtp;
let told: string[] = [];
before(async () => {
  smtp = await startSmtp();
});
beforeEach(() => {
  told = [];
});
after(async () => {
  await smtp.stop();
  rmSync(folder, { recursive: true, force: true });
});

const letter: Email = {
  from: 'Library <library@library.example>',
  to: 'ada@library.example',
  subject: 'Größe und Maß\r\nBcc: everybody@evil.example',
  text: 'Dear ada,\n\nhttps://library.example/account/confirm?token=SECRET\n',
};
const open = (smtpUrl: string | undefined, outbox: string) =>
  openMailer({ smtpUrl, outbox, tell: (level, sentence) => told.push(`${level}: ${sentence}`), pauses: [0, 10, 20] });

test('a letter reaches a real mail server, and its head has the lines it should', async () => {
  const mailer = open(smtp.url, join(folder, 'a'));
  mailer.post(letter);
  await mailer.settled();
  const [received] = smtp.received.splice(0);
  assert.deepEqual(received!.to, ['ada@library.example']);
  assert.ok(received!.text.includes('token=3DSECRET') || received!.text.includes('token=SECRET'));
  assert.doesNotMatch(received!.text, /^Bcc:/m);
  await mailer.close();
});

test('what fails for a moment is tried again; nobody waits for it', async () => {
  smtp.refuse(2);
  const mailer = open(smtp.url, join(folder, 'b'));
  mailer.post(letter);
  assert.equal(smtp.received.length, 0);
  await mailer.settled();
  assert.equal(smtp.received.splice(0).length, 1);
  assert.deepEqual(
    told.map((line) => line.split(':')[0]),
    ['warn', 'warn', 'info'],
  );
  await mailer.close();
});

test('what cannot be sent is kept for the operator alone, and the log has no secret', async () => {
  for (const [url, outbox] of [
    [undefined, join(folder, 'c')],
    ['smtp://127.0.0.1:1', join(folder, 'd')],
  ] as const) {
    const mailer = open(url, outbox);
    mailer.post(letter);
    await mailer.settled();
    const [file] = readdirSync(outbox);
    const path = join(outbox, file!);
    assert.match(readFileSync(path, 'utf8'), /To: ada@library\.example/);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.match(told.at(-1)!, /was kept as/);
    await mailer.close();
  }
  assert.doesNotMatch(told.join('\n'), /SECRET/);
});

test('a server that is being closed gives up waiting and keeps the letter', async () => {
  const outbox = join(folder, 'e');
  const mailer = openMailer({ smtpUrl: 'smtp://127.0.0.1:1', outbox, tell: () => {}, pauses: [0, 3_600_000] });
  mailer.post(letter);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await mailer.close();
  assert.equal(readdirSync(outbox).length, 1);
});

test('an address that is none is refused at the start', () => {
  assert.throws(() => open('mail.example', folder), { code: 'REPERIO_SMTP_WRONG' });
});
