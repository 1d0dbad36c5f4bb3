/**
 * The packages as an operator meets them, in a Debian whose systemd has booted: installed, upgraded
 * and taken back under load, broken, damaged, removed, purged. The whole matrix only: a release is
 * made for it.
 */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { filesOf } from '../../src/deploy/release/manifest.ts';
import { readRelease } from '../../src/deploy/release/read.ts';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { readWhile } from './load.ts';
import { bootMachine, lacksMachine, type Machine, run } from './machine.ts';
import { copyReleaseHere, edit, makeVariant, packageTree } from './releases.ts';

const skip = isWhole ? lacksMachine() : 'only in the whole matrix: npm run test:all';

describe('the package of Debian', { skip, concurrency: false }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'reperio-packages-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));
  let machine: Machine;
  let version = '';
  let files = 0;

  before(async () => {
    const tree = join(scratch, 'tree');
    await copyReleaseHere(tree);
    version = readRelease(tree).version;
    files = filesOf(tree).length;
    machine = await bootMachine();
    const variants: Readonly<Record<string, (folder: string) => void>> = {
      '90.0.0': () => {},
      '91.0.0': (folder) => edit(join(folder, 'src/web/worker.ts'), /^/, "throw new Error('broken on purpose');\n"),
      '92.0.0': () => {},
    };
    for (const [name, change] of Object.entries(variants)) {
      const variant = join(scratch, name);
      await makeVariant(tree, variant, name, change);
      // Altered after its manifest was written.
      if (name === '92.0.0') edit(join(variant, 'src/web/app.ts'), /^/, ' ');
      await put(await packageTree('deb', variant, scratch, name));
    }
    await put(await packageTree('deb', tree, scratch, 'first'));
  });
  after(async () => machine?.stop());

  /** Into the machine's /root. */
  async function put(path: string): Promise<void> {
    copyFileSync(path, join(machine.root, 'root', basename(path)));
    rmSync(path);
  }

  const install = (name: string) =>
    machine.run(
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      'install',
      '--yes',
      '--allow-downgrades',
      `/root/${name}.deb`,
    );
  const current = (): string => basename(readlinkSync(join(machine.root, 'opt/reperio/current')));
  const answer = async (path: string): Promise<string> => {
    const words = ['curl', '--silent', '--show-error', '--max-time', '20', `http://127.0.0.1:8080${path}`];
    return (await run(...machine.inNetwork, ...words)).text;
  };
  /** What the supervisor says of itself. */
  const served = async (): Promise<string> =>
    (JSON.parse(await machine.must('reperio', 'status', '--json')) as { status: { version: string } }).status.version;

  test('one line installs it, and the first start answers as the user reperio with the embedded database', async () => {
    const { status, text } = await install('first');
    assert.equal(status, 0, text);
    assert.match(text, /all as they were made/);
    assert.equal(current(), version);
    assert.match(await answer('/health/ready'), /"?ready|ok/i);
    assert.equal((await machine.must('ps', '-o', 'user=', '-C', 'postgres')).trim().split('\n')[0], 'reperio');
    assert.equal(await served(), version);
    assert.equal(
      (await machine.must('systemctl', 'is-enabled', 'reperio-web.socket', 'reperio-web.service')).trim(),
      'enabled\nenabled',
    );
    assert.ok(files <= 8_000, `${files} files`);
  });

  test('commands of root work in the library of the service', async () => {
    await machine.must('sh', '-c', 'reperio demo-data --records 200 > /root/demo.xml && reperio load /root/demo.xml');
    await waitFor('the records', async () => /"total":\s*200/.test(await answer('/api/search?size=1')));
    assert.match(await machine.must('reperio', 'release', 'verify'), /all as they were made/);
    const strangers = await machine.must('find', '/var/lib/reperio', '!', '-user', 'reperio');
    assert.equal(strangers.trim(), '', 'everything in the library is its own');
    assert.equal(
      await machine.must('find', '/opt/reperio/current/', '-newer', '/opt/reperio/packaged'),
      '',
      'nothing is written into the release',
    );
  });

  test('an upgrade under load fails no request, and renews the supervisor', async () => {
    const { report, result } = await readWhile(machine, () => install('90.0.0'));
    assert.equal(result.status, 0, result.text);
    assert.deepEqual([report.failed, report.refused], [[], []]);
    assert.ok(report.requests > 100);
    assert.equal(current(), '90.0.0');
    assert.equal(await served(), '90.0.0');
  });

  test('a release that does not start is taken back, and no request fails', async () => {
    const { report, result } = await readWhile(machine, () => install('91.0.0'));
    assert.notEqual(result.status, 0);
    assert.match(result.text, /release 91\.0\.0 does not start, so 90\.0\.0 is in force again/);
    assert.deepEqual([report.failed, report.refused], [[], []]);
    assert.equal(current(), '90.0.0');
    assert.equal(await served(), '90.0.0');
  });

  test('a damaged release is not taken at all', async () => {
    const { report, result } = await readWhile(machine, () => install('92.0.0'));
    assert.notEqual(result.status, 0);
    assert.match(result.text, /changed: src\/web\/app\.ts\n[\s\S]*the release is damaged/);
    assert.deepEqual([report.failed, report.refused], [[], []]);
    assert.equal(current(), '90.0.0');
    assert.equal(existsSync(join(machine.root, 'opt/reperio/releases/92.0.0')), false);
  });

  test('a downgrade under load fails no request', async () => {
    const { report, result } = await readWhile(machine, () => install('first'));
    assert.equal(result.status, 0, result.text);
    assert.deepEqual([report.failed, report.refused], [[], []]);
    assert.equal(await served(), version);
    assert.match(await answer('/api/search?size=1'), /"total":\s*200/);
  });

  test('a service that was stopped stays stopped in an upgrade', async () => {
    await machine.must('systemctl', 'stop', 'reperio-web.socket', 'reperio-web.service');
    assert.equal((await install('90.0.0')).status, 0);
    assert.equal((await machine.run('systemctl', 'is-active', 'reperio-web.service')).text.trim(), 'inactive');
    await machine.must('systemctl', 'start', 'reperio-web.socket', 'reperio-web.service');
    assert.equal(await served(), '90.0.0');
  });

  test('no more than three releases and the one before are kept', async () => {
    const kept = (await machine.must('ls', '/opt/reperio/releases')).trim().split('\n');
    assert.ok(kept.length <= 4 && kept.includes('90.0.0'), kept.join(' '));
  });

  test('removed, it keeps the library; installed again, it serves it', async () => {
    await machine.must('sh', '-c', 'echo "# mine" >> /etc/reperio/reperio.yaml');
    assert.match(
      await machine.must('apt-get', 'remove', '--yes', 'reperio'),
      /the library stays in \/var\/lib\/reperio/,
    );
    assert.equal(existsSync(join(machine.root, 'opt/reperio')), false);
    assert.equal((await machine.run('pgrep', '-u', 'reperio')).text, '');
    assert.ok(lstatSync(join(machine.root, 'var/lib/reperio/postgres')).isDirectory());
    const { status, text } = await install('first');
    assert.equal(status, 0, text);
    assert.match(await answer('/api/search?size=1'), /"total":\s*200/);
    assert.match(readFileSync(join(machine.root, 'etc/reperio/reperio.yaml'), 'utf8'), /# mine/);
  });

  test('purged, it says what it deletes', async () => {
    const text = await machine.must('apt-get', 'purge', '--yes', 'reperio');
    assert.match(text, /deleting \/var\/lib\/reperio \([\d.]+[MG]\)/);
    assert.match(text, /deleting \/etc\/reperio/);
    for (const path of ['var/lib/reperio', 'etc/reperio', 'opt/reperio', 'usr/lib/reperio', 'usr/share/reperio'])
      assert.equal(existsSync(join(machine.root, path)), false, path);
  });

  test('where the policy of the machine says so, nothing is started', async () => {
    mkdirSync(join(machine.root, 'usr/sbin'), { recursive: true });
    writeFileSync(join(machine.root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    const { status, text } = await install('first');
    assert.equal(status, 0, text);
    assert.equal(
      (await machine.run('systemctl', 'is-active', 'reperio-web.service', 'reperio-web.socket')).text.trim(),
      'inactive\ninactive',
    );
    assert.match(await machine.must('reperio', '--version'), /^reperio /);
  });

  test('purged while a share is mounted in its folder, it deletes nothing of it', async () => {
    const share = '/var/lib/reperio/files';
    await machine.must('mkdir', '-p', share);
    await machine.must('mount', '-t', 'tmpfs', 'tmpfs', share);
    await machine.must('touch', `${share}/of-all-nodes`);
    const text = await machine.must('apt-get', 'purge', '--yes', 'reperio');
    assert.match(text, /keeping \/var\/lib\/reperio, since \/var\/lib\/reperio\/files is mounted: unmount it/);
    await machine.must('test', '-e', `${share}/of-all-nodes`);
    assert.equal(existsSync(join(machine.root, 'etc/reperio')), false);
  });
});
