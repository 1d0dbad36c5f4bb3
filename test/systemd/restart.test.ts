/**
 * A library on one machine under a systemd that has booted: its units by `reperio service install`,
 * restarts and crashes under load. The whole matrix only.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { bootMachine, lacksMachine, type Machine, run } from './machine.ts';

const skip = isWhole ? lacksMachine() : 'only in the whole matrix: npm run test:all';
const root = join(import.meta.dirname, '../..');
const reperio = '/opt/reperio/current/bin/reperio';

describe('restarts under systemd', { skip, concurrency: false }, () => {
  let machine: Machine;
  before(async () => {
    machine = await bootMachine();
    const release = join(machine.root, 'opt/reperio/current');
    mkdirSync(release, { recursive: true });
    // Links to the files of this checkout, where that is possible: they are only read.
    const parts = ['bin', 'src', 'scripts', 'docs', 'package.json', 'package-lock.json', 'node_modules'];
    const paths = parts.map((part) => join(root, part));
    if ((await run('cp', '-al', ...paths, release)).status !== 0)
      assert.equal((await run('cp', '-a', ...paths, release)).status, 0);
    await machine.must('useradd', '--system', '--user-group', '--home-dir', '/var/lib/reperio', 'reperio');
    mkdirSync(join(machine.root, 'etc/reperio'), { recursive: true });
    writeFileSync(
      join(machine.root, 'etc/reperio/reperio.yaml'),
      'host: 127.0.0.1\nport: 80\nstatus-port: 8079\nweb-workers: 2\nexempt-networks: 127.0.0.0/8\nlog-level: warn\n',
    );
    await machine.must(reperio, 'service', 'install');
    await machine.must('systemctl', 'enable', '--now', 'reperio-web');
  });
  after(async () => machine?.stop());

  test('port 80 without any capability, and the state at a port of its own', async () => {
    const pid = (await machine.must('systemctl', 'show', '-p', 'MainPID', '--value', 'reperio-web')).trim();
    const status = await machine.must('cat', `/proc/${pid}/status`);
    assert.match(status, /^CapEff:\t0+$/m);
    assert.match(await machine.must('systemctl', 'is-enabled', 'reperio-web.socket'), /^enabled$/m);
    const [program, ...words] = machine.inNetwork;
    const asked = spawn(program, [
      ...words,
      process.execPath,
      '-e',
      "fetch('http://127.0.0.1:8079/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(2))",
    ]);
    assert.equal(await new Promise((resolve) => asked.once('exit', resolve)), 0);
  });

  for (const turn of [1, 2, 3])
    test(`restart ${turn} loses no request`, async () => {
      const { failures, answered } = await readWhile(() => machine.must('systemctl', 'restart', 'reperio-web'));
      assert.deepEqual(failures, []);
      assert.ok(answered > 20, String(answered));
    });

  test('a supervisor that is killed: the workers answer what they have, nobody is refused', async () => {
    const { failures } = await readWhile(() =>
      machine.must('systemctl', 'kill', '--signal=KILL', '--kill-who=main', 'reperio-web'),
    );
    assertOnlyCut(failures);
  });

  test('everything is killed: what is not just being answered waits, and nobody is refused', async () => {
    const { failures } = await readWhile(() => machine.must('systemctl', 'kill', '--signal=KILL', 'reperio-web'));
    assertOnlyCut(failures);
  });

  test('stopped for good with its socket, and started by the first connection otherwise', async () => {
    await machine.must('systemctl', 'stop', 'reperio-web');
    const { failures } = await readWhile(async () => undefined);
    assert.deepEqual(failures, []);
    await machine.must('systemctl', 'stop', 'reperio-web.socket', 'reperio-status.socket', 'reperio-web');
    const { failures: refused, answered } = await readWhile(async () => undefined, false);
    assert.equal(answered, 0);
    assert.match(refused[0]!, /ECONNREFUSED/);
  });

  function assertOnlyCut(failures: readonly string[]): void {
    assert.ok(failures.length <= readers, failures.join(', '));
    for (const failure of failures) assert.match(failure, /ECONNRESET|hang up/);
  }

  /** Each asks again at once: so many can be in the hands of a process that is killed. */
  const readers = 6;

  interface Reading {
    readonly answered: number;
    readonly failures: readonly string[];
  }

  /** What becomes of readers until there are answers again. */
  async function readWhile(work: () => Promise<unknown>, recovers = true): Promise<Reading> {
    const module = join(root, 'test/support/readers.ts');
    const script = `
      const { Readers } = await import(${JSON.stringify(module)});
      const readers = new Readers('http://127.0.0.1:80/search?p=test', { fresh: 4, kept: 2, pause: 20 });
      setInterval(() => console.log(readers.answered), 100);
      process.stdin.once('data', async () => {
        await readers.stop();
        console.log(JSON.stringify({ answered: readers.answered, failures: readers.failures }));
        process.exit();
      });`;
    const [program, ...words] = machine.inNetwork;
    const child = spawn(program, [...words, process.execPath, '--input-type=module', '-e', script]);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const count = (): number => Number(/(\d+)\n$/.exec(said)?.[1] ?? 0);
    try {
      await waitFor('readers', () => count() > 10 || !recovers);
      await work();
      const before = count();
      await waitFor('answers again', () => count() > before + 60 || (!recovers && said !== ''));
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.write('\n');
      await ended;
      return JSON.parse(said.trim().split('\n').at(-1)!) as Reading;
    } finally {
      child.kill('SIGKILL');
    }
  }
});
