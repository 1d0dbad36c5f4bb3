/**
 * The package of RHEL, by rpm of Debian in a Debian that has booted: there is no RHEL to be had.
 * The whole matrix only.
 */
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { lacks } from '../support/packages.ts';
import { isWhole } from '../support/scale.ts';
import { readWhile } from './load.ts';
import { bootMachine, lacksMachine, type Machine, run } from './machine.ts';
import { copyReleaseHere, makeVariant, packageTree } from './releases.ts';

const skip = isWhole ? lacksMachine() || lacks('rpmbuild') : 'only in the whole matrix: npm run test:all';

describe('the package of RHEL', { skip, concurrency: false }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'reperio-rpm-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));
  let machine: Machine;

  before(async () => {
    const tree = join(scratch, 'tree');
    await copyReleaseHere(tree);
    machine = await bootMachine();
    const next = join(scratch, 'next');
    await makeVariant(tree, next, '90.0.0');
    for (const [name, folder] of Object.entries({ next, first: tree })) {
      const path = await packageTree('rpm', folder, scratch, name);
      copyFileSync(path, join(machine.root, 'root', basename(path)));
      rmSync(path);
    }
  });
  after(async () => machine?.stop());

  const rpm = (...words: readonly string[]) => machine.run('rpm', '--force-debian', ...words);
  const current = (): string => basename(readlinkSync(join(machine.root, 'opt/reperio/current')));
  const ready = async (): Promise<string> => {
    const words = ['curl', '--silent', '--show-error', '--max-time', '20', 'http://127.0.0.1:8080/health/ready'];
    return (await run(...machine.inNetwork, ...words)).text;
  };

  test('it is installed, and says how it is started', async () => {
    const { status, text } = await rpm('--nodeps', '-i', '/root/first.rpm');
    assert.equal(status, 0, text);
    assert.match(text, /all as they were made[\s\S]*systemctl enable --now reperio-web\.socket/);
    await machine.must('systemctl', 'enable', '--now', 'reperio-web.socket', 'reperio-web.service');
    assert.match(await ready(), /ready/);
    assert.equal((await machine.must('ps', '-o', 'user=', '-C', 'postgres')).trim().split('\n')[0], 'reperio');
  });

  test('rpm names a file that somebody has changed', async () => {
    assert.doesNotMatch((await rpm('-V', '--nodeps', 'reperio')).text, /^\S*5/m);
    const settings = join(machine.root, 'etc/reperio/reperio.yaml');
    appendFileSync(settings, '# mine\n');
    assert.match((await rpm('-V', '--nodeps', 'reperio')).text, /^S\.5\S*\s+c \/etc\/reperio\/reperio\.yaml$/m);
  });

  test('an upgrade under load fails no request', async () => {
    const { report, result } = await readWhile(machine, () => rpm('--nodeps', '-U', '/root/next.rpm'), [
      '/',
      '/search?p=the',
    ]);
    assert.equal(result.status, 0, result.text);
    assert.deepEqual([report.failed, report.refused], [[], []]);
    assert.equal(current(), '90.0.0');
  });

  test('it goes back, too', async () => {
    const { report, result } = await readWhile(
      machine,
      () => rpm('--nodeps', '-U', '--oldpackage', '/root/first.rpm'),
      ['/', '/search?p=the'],
    );
    assert.equal(result.status, 0, result.text);
    assert.deepEqual([report.failed, report.refused], [[], []]);
    assert.notEqual(current(), '90.0.0');
  });

  test('removed, it keeps the library', async () => {
    const { status, text } = await rpm('-e', 'reperio');
    assert.equal(status, 0, text);
    assert.match(text, /the library stays in \/var\/lib\/reperio/);
    for (const path of ['opt/reperio', 'usr/lib/reperio'])
      assert.equal(existsSync(join(machine.root, path)), false, path);
    assert.equal(existsSync(join(machine.root, 'var/lib/reperio/postgres')), true);
  });
});
