import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { createServer as createTls } from 'node:tls';
import { findProgram, lacks } from '../../../test/support/packages.ts';
import { startSmtp } from '../../mail/test-smtp.ts';
import { groupMemory } from './checks/control-group.ts';
import { untilFull } from './checks/disk.ts';
import { checkLine } from './line.ts';
import { addFileRow, folder, listening, look, settingsOf } from './test-look.ts';

describe('this machine', () => {
  test('a disk is full when it fills as in the last hour', () => {
    const memory = new Map<string, unknown>();
    const at = (minute: number, free: number): number | undefined =>
      untilFull({ folder: '/x', free }, memory, minute * 60_000);
    assert.equal(at(0, 100e9), undefined);
    assert.equal(at(1, 99e9), undefined, 'a minute says nothing');
    for (let minute = 2; minute < 10; minute++) at(minute, (100 - minute) * 1e9);
    // A GB a minute, and 90 of them left.
    const seconds = at(10, 90e9)!;
    assert.ok(Math.abs(seconds - 5_400) < 60, String(seconds));
    const steady = new Map<string, unknown>();
    for (let minute = 0; minute < 30; minute++)
      assert.equal(untilFull({ folder: '/x', free: 50e9 + minute }, steady, minute * 60_000), undefined);
  });

  test('disk, inodes and memory are read from this machine', async () => {
    for (const name of ['disk', 'inodes', 'memory']) {
      const { sentence, measures } = await look(name);
      assert.match(sentence, /%|no fixed number/);
      for (const { value } of measures.slice(0, 1))
        assert.ok(value === undefined || (value >= 0 && value <= 100), name);
    }
  });

  test('memory of control groups, of both versions: the group around ours may have less', async () => {
    const root = join(folder, 'groups');
    const write = (path: string, text: string): void => {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    const group = (path: string, names: readonly string[], numbers: readonly (number | string)[]): void =>
      names.forEach((name, at) => {
        write(join('sys/fs/cgroup', path, name), `${numbers[at]}\n`);
      });
    const two = ['memory.max', 'memory.current', 'memory.stat'];
    assert.equal(await groupMemory(root), undefined);
    write('proc/self/cgroup', '0::/system.slice/reperio-web.service\n');
    group('system.slice/reperio-web.service', two, ['max', 5e8, 'anon 4\ninactive_file 100000000']);
    assert.equal(await groupMemory(root), undefined, 'no limit');
    group('system.slice', two, [1e9, 9e8, 'inactive_file 20000000']);
    const around = await groupMemory(root);
    assert.deepEqual([around?.total, around?.free], [1e9, 1.2e8]);
    assert.equal(around?.folder, join(root, 'sys/fs/cgroup/system.slice'));
    const one = ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'memory.stat'];
    write('proc/self/cgroup', '4:cpu,memory:/docker/abc\n0::/\n');
    group('memory', one, ['9223372036854771712', 2e9, 'total_inactive_file 0']);
    group('memory/docker/abc', one, [2e9, 1.9e9, 'inactive_file 1\ntotal_inactive_file 50000000']);
    assert.equal((await groupMemory(root))?.free, 1.5e8);
  });

  test('mail: what is kept warns, a server that does not take mail is critical, and a password is never told', async () => {
    assert.equal((await look('mail')).state, 'ok');
    mkdirSync(join(folder, 'outbox'), { recursive: true });
    writeFileSync(join(folder, 'outbox', 'a.eml'), '');
    const kept = await look('mail');
    assert.deepEqual([kept.state, kept.measures[0]!.value], ['warning', 1]);
    rmSync(join(folder, 'outbox'), { recursive: true });
    const smtp = await startSmtp();
    const world = {
      settings: settingsOf({ REPERIO_SMTP_URL: smtp.url.replace('smtp://', 'smtp://library:Zqpassword@') }),
    };
    assert.match((await look('mail', world)).sentence, /^The mail server 127\.0\.0\.1:\d+ answers/);
    await smtp.stop();
    const gone = await look('mail', world);
    assert.equal(gone.state, 'critical');
    assert.doesNotMatch(checkLine('mail', gone), /Zqpassword|library:/);
    const busy = createServer((socket) => void socket.end('421 too busy\r\n'));
    const { port } = await listening(busy);
    const refused = await look('mail', { settings: settingsOf({ REPERIO_SMTP_URL: `smtp://127.0.0.1:${port}` }) });
    assert.deepEqual([refused.state, /421 too busy/.test(refused.sentence)], ['critical', true]);
    busy.close();
  });

  test('the folder of documents: not there yet, ours, not mounted, closed to us', async () => {
    await addFileRow();
    const files = join(folder, 'documents');
    const world = { settings: settingsOf({ REPERIO_FILES: files }) };
    mkdirSync(files);
    const empty = await look('files-folder', world);
    assert.deepEqual([empty.state, empty.fix], ['critical', `findmnt --target ${files}`]);
    writeFileSync(join(files, '.reperio-files'), '');
    assert.equal((await look('files-folder', world)).state, 'ok');
    rmSync(files, { recursive: true });
    writeFileSync(files, 'a file in its place');
    assert.match((await look('files-folder', world)).sentence, /Not a directory/);
    const unknown = await look('files-folder', {
      settings: settingsOf({ REPERIO_FILES: join(folder, 'nowhere') }),
      database: () => ({ query: () => Promise.reject(new Error('away')) }),
    });
    assert.equal(unknown.state, 'unknown');
    const nowhere = join(folder, 'nowhere');
    const missing = await look('files-folder', { settings: settingsOf({ REPERIO_FILES: nowhere }) });
    assert.equal(missing.state, 'critical');
    assert.match(missing.sentence, /nowhere does not exist: none of the documents/);
    assert.equal(missing.fix, `ls -ld ${folder}; reperio config get files`);
  });

  test('certificate: good, soon over, over, and one that browsers do not trust', {
    skip: lacks('openssl'),
  }, async () => {
    const key = join(folder, 'key.pem');
    const pem = join(folder, 'certificate.pem');
    const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', pem, '-days', '60'];
    assert.equal(spawnSync(findProgram('openssl')!, [...words, '-subj', '/CN=localhost']).status, 0);
    const server = createTls({ key: readFileSync(key), cert: readFileSync(pem) });
    const { port } = await listening(server);
    const settings = settingsOf({ REPERIO_BASE_URL: `https://localhost:${port}` });
    const on = (day: number) => look('certificate', { settings, now: () => Date.now() + day * 86_400_000 });
    const now = await on(0);
    assert.equal(now.state, 'warning');
    assert.match(now.sentence, /^The certificate of localhost is good for 59 d, until .*may not trust it: /);
    assert.equal((await on(55)).state, 'critical');
    assert.match((await on(63)).sentence, /has expired [34] d ago/);
    server.close();
    await once(server, 'close');
    assert.equal((await on(0)).state, 'unknown');
    assert.equal((await look('certificate')).state, 'ok');
  });
});
