import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { lacks } from '../../../test/support/packages.ts';
import { assertProperty } from '../../../test/support/property.ts';
import { type Sshd, startSshd } from '../../../test/support/sshd.ts';
import { UserError } from '../../errors/errors.ts';
import { shellText } from './quote.ts';
import { SshHost } from './ssh-host.ts';

const target = { name: 'here', address: '192.0.2.1', user: undefined };

function code(expected: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, expected, `${error.message} ${error.hint}`);
    assert.doesNotMatch(`${error.message} ${error.hint}`, /\{/);
    return true;
  };
}

test('a shell takes words apart as they were', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('', "'", '$(reboot)', '`x`', '-n', '~', '#', '\n', '*', '\\', 'a b'),
  );
  assertProperty(
    fc.property(
      fc.array(
        word.filter((text) => !text.includes('\0')),
        { minLength: 1, maxLength: 5 },
      ),
      (words) => {
        const text = `printf '%s\\0' ${shellText(words)}`;
        const parts = execFileSync('sh', ['-c', text], { encoding: 'utf8' }).split('\0');
        // Half of a pair is no text of UTF-8.
        assert.deepEqual(
          parts.slice(0, -1),
          words.map((each) => Buffer.from(each).toString()),
        );
      },
    ),
    { numRuns: 100 },
  );
});

describe('a host by ssh', { skip: lacks('ssh', 'sshd', 'rsync') }, () => {
  let sshd: Sshd;
  let folder: string;
  before(async () => {
    sshd = await startSshd();
    folder = mkdtempSync(join(tmpdir(), 'ssh-'));
  });
  after(async () => {
    await sshd?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  const connect = (): Promise<SshHost> => SshHost.connect(target, { config: sshd.config });

  test('many commands share one connection: words, input, lines, statuses', async () => {
    const host = await connect();
    try {
      const lines: string[] = [];
      const [counted, failed, echoed] = await Promise.all([
        host.run(['sh', '-c', 'for i in 1 2 3; do echo "$i $1"; done', 'x', "it's $HOME"], {
          onLine: (line) => lines.push(line),
        }),
        host.run(['sh', '-c', 'echo no >&2; exit 255']),
        host.must(['cat'], { input: 'ä\nwithout an end' }),
      ]);
      assert.deepEqual(lines, ["1 it's $HOME", "2 it's $HOME", "3 it's $HOME"]);
      assert.deepEqual(counted, { status: 0, stdout: `${lines.join('\n')}\n`, stderr: '' });
      assert.deepEqual(failed, { status: 255, stdout: '', stderr: 'no\n' });
      assert.equal(echoed, 'ä\nwithout an end');
      await assert.rejects(host.must(['sh', '-c', 'echo one >&2; echo two >&2; exit 3']), (error: UserError) => {
        assert.match(error.message, /^On here, `sh -c .*` failed with status 3: two$/);
        return true;
      });
      const ours = 'printf "error: Old.\\nhint: Old.\\nerror: A port is taken.\\nhint: Stop it.\\n\\n" >&2; exit 1';
      await assert.rejects(host.must(['sh', '-c', ours]), /failed with status 1: A port is taken\. Stop it\.$/);
      const log = readFileSync(join(sshd.folder, 'log'), 'utf8');
      assert.equal(log.match(/Accepted publickey/g)?.length, 1);
    } finally {
      await host.close();
    }
  });

  test('a process that is left behind with our pipes does not keep the command', async () => {
    const host = await connect();
    try {
      const stop = join(folder, 'stop');
      const loop = `cd / && while [ ! -e '${stop}' ]; do sleep 0.1; done &\necho started`;
      assert.equal(await host.must(['sh', '-c', loop], { limit: 20 }), 'started\n');
      writeFileSync(stop, '');
    } finally {
      await host.close();
    }
  });

  test('a command has its time, and a connection that is cut is an error that says what to do', async () => {
    const host = await connect();
    try {
      await assert.rejects(host.run(['sleep', '60'], { limit: 1 }), code('REPERIO_SSH_TIME'));
      let said: () => void = () => undefined;
      const began = new Promise<void>((resolve) => (said = resolve));
      const running = host.run(['sh', '-c', 'echo begun; sleep 60'], { onLine: () => said() });
      await began;
      sshd.cut();
      await assert.rejects(running, code('REPERIO_SSH_LOST'));
      await assert.rejects(host.run(['true']), code('REPERIO_SSH_LOST'));
    } finally {
      await host.close();
    }
    const again = await connect();
    assert.equal(await again.must(['echo', 'again']), 'again\n');
    await again.close();
  });

  test('who cannot be reached, is not known, or does not let us in is told so', async () => {
    const text = readFileSync(sshd.config, 'utf8');
    const config = (name: string, change: (text: string) => string): { readonly config: string } => {
      writeFileSync(join(folder, name), change(text));
      return { config: join(folder, name) };
    };
    const known = /UserKnownHostsFile (.*)/.exec(text)![1]!;
    writeFileSync(join(folder, 'none'), '');
    const [where = ''] = readFileSync(known, 'utf8').split(' ');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'other')]);
    writeFileSync(join(folder, 'changed'), `${where} ${readFileSync(join(folder, 'other.pub'), 'utf8')}`);
    const cases = [
      ['REPERIO_SSH_UNREACHABLE', config('port', (all) => all.replace(/Port \d+/, 'Port 1'))],
      ['REPERIO_SSH_HOST_KEY_UNKNOWN', config('unknown', (all) => all.replace(known, join(folder, 'none')))],
      ['REPERIO_SSH_HOST_KEY_CHANGED', config('moved', (all) => all.replace(known, join(folder, 'changed')))],
      ['REPERIO_SSH_DENIED', config('key', (all) => all.replace(/IdentityFile .*/, `IdentityFile ${folder}/other`))],
    ] as const;
    for (const [expected, options] of cases) await assert.rejects(SshHost.connect(target, options), code(expected));
    // A name that the configuration does not know is at the address of the cluster file.
    const unnamed = config('unnamed', (all) => all.replace(/Host here\n.*\n/, ''));
    const host = await SshHost.connect({ ...target, address: '127.0.0.1' }, unnamed);
    assert.equal(await host.must(['echo', 'found']), 'found\n');
    await host.close();
  });

  test('a shell that writes something at each login is named, with what to do', async () => {
    const chatty = await startSshd(`ForceCommand echo Welcome; eval "$SSH_ORIGINAL_COMMAND"\n`);
    try {
      await assert.rejects(SshHost.connect(target, { config: chatty.config }), (error: UserError) => {
        assert.match(`${error.message} ${error.hint}`, /"Welcome"\. .*~\/\.bashrc on here/);
        return code('REPERIO_SSH_CHATTY')(error);
      });
    } finally {
      await chatty.stop();
    }
  });

  test('a copy compares what is in files, and shares those that are equal', async () => {
    const host = await connect();
    try {
      const [from, first, second] = ['from', 'first', 'second'].map((name) => join(folder, name));
      mkdirSync(join(from!, 'deep'), { recursive: true });
      const write = (name: string, words: string): void => {
        writeFileSync(join(from!, name), words);
        // As builds that make the same bytes twice do.
        utimesSync(join(from!, name), 1_700_000_000, 1_700_000_000);
      };
      write('version', 'v1');
      write("deep/it's a $name", 'x'.repeat(300_000));
      symlinkSync('version', join(from!, 'link'));
      const sealed = process.getuid?.() === 0;
      await host.copy({ from: from!, to: first!, limit: 30, sealed });
      write('version', 'v2');
      const sent = await host.copy({ from: from!, to: second!, like: first!, limit: 30, sealed });
      assert.ok(sent < 5_000, `${sent} bytes were sent`);
      assert.equal(readFileSync(join(first!, 'version'), 'utf8'), 'v1');
      assert.equal(readFileSync(join(second!, 'version'), 'utf8'), 'v2');
      assert.equal(readlinkSync(join(second!, 'link')), 'version');
      const [large] = readdirSync(join(second!, 'deep'));
      assert.equal(statSync(join(first!, 'deep', large!)).ino, statSync(join(second!, 'deep', large!)).ino);
      if (sealed) assert.equal(lstatSync(join(second!, 'version')).mode & 0o777, 0o444);
      await assert.rejects(host.copy({ from: from!, to: '/proc/nothing', limit: 30 }), code('REPERIO_SSH_COPY'));
    } finally {
      await host.close();
    }
  });
});
