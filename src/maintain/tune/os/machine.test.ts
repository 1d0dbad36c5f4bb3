import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readSettings } from '../../../config/settings.ts';
import { adviceOnSystem, readSystemOf } from './advise.ts';
import { parseTracking } from './parse.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reperio-tune-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const namespace = spawnSync('unshare', ['--net', 'true']).status === 0 && process.getuid?.() === 0;
const skip = namespace ? false : 'only root may make a network of its own here';

test('this machine is read: what sysctl says, its memory, its disk', async () => {
  const { settings } = readSettings({ REPERIO_DATA: scratch });
  const facts = await readSystemOf(settings);
  assert.equal(facts.sysctl['net.core.somaxconn'], readFileSync('/proc/sys/net/core/somaxconn', 'utf8').trim());
  assert.equal(facts.sysctl['net.ipv4.tcp_tw_recycle'], undefined);
  assert.ok((facts.memory['MemTotal'] ?? 0) > 2 ** 28);
  assert.ok(Number.isInteger(facts.net['TcpExt.ListenOverflows']));
  assert.ok(Number.isInteger(facts.net['Tcp.CurrEstab']));
  const [data] = facts.folders;
  assert.equal(data?.path, scratch);
  assert.ok((data?.space?.size ?? 0) > 0);
  assert.notEqual(data?.type, undefined);
  assert.equal(facts.server, undefined);
  const names = (await adviceOnSystem(settings)).map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.includes('space of the database'));
});

test('lines that set something at boot are read with their files, the last file of a name counting', async () => {
  const root = join(scratch, 'root');
  for (const folder of ['usr/lib/sysctl.d', 'etc/sysctl.d']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'usr/lib/sysctl.d/10-a.conf'), 'vm.swappiness=1\n');
  writeFileSync(join(root, 'etc/sysctl.d/10-a.conf'), '; other\n-vm.swappiness = 5\n');
  writeFileSync(join(root, 'etc/sysctl.conf'), 'net.ipv4.tcp_tw_recycle=1\n');
  const { settings } = readSettings({ REPERIO_DATA: scratch });
  assert.deepEqual((await readSystemOf(settings, { root })).lines, [
    { file: join(root, 'etc/sysctl.d/10-a.conf'), line: 2, name: 'vm.swappiness', value: '5' },
    { file: join(root, 'etc/sysctl.conf'), line: 1, name: 'net.ipv4.tcp_tw_recycle', value: '1' },
  ]);
});

test('chrony tells how far the clock is off, or that it follows nobody', () => {
  const line = 'C0000201,192.0.2.1,3,1764460000.1,-0.000412,0.0001,0.0002,-3.1,0.01,0.02,0.03,0.001,64.2,Normal\n';
  assert.deepEqual(parseTracking(line), { source: 'chrony, 192.0.2.1', offset: 0.412 });
  assert.equal(parseTracking('7F7F0101,,0,0,0,0,0,0,0,0,0,0,0,Not synchronised\n'), undefined);
});

/** Calls a function of apply.ts on a network of its own, so that the machine keeps its settings. */
function inNamespace(script: string): { readonly status: number | null; readonly output: string } {
  const url = new URL('apply.ts', import.meta.url).href;
  const code = `import { applySysctl, undoSysctl } from '${url}'; import { readFileSync } from 'node:fs';
    const place = { root: ${JSON.stringify(join(scratch, 'host'))} };
    const value = () => readFileSync('/proc/sys/net/core/somaxconn', 'utf8').trim();
    const tell = (data) => process.stdout.write(JSON.stringify(data) + '\\n');
    ${script}`;
  const words = ['--net', process.execPath, '--input-type=module', '-e', code];
  const { status, stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
  return { status, output: status === 0 ? stdout : stderr };
}

test('settings are written and loaded, keep the file before, and can be undone once', { skip }, () => {
  const file = join(scratch, 'host/etc/sysctl.d/60-reperio.conf');
  mkdirSync(join(scratch, 'host/etc/sysctl.d'), { recursive: true });
  const old = '# by hand\nnet.ipv4.tcp_retries2 = 9\nnet.core.somaxconn = 500\n';
  writeFileSync(file, old);
  const { status, output } = inNamespace(`
    const started = value();
    tell(applySysctl([{ name: 'net.core.somaxconn', value: '4097', why: 'A reason.' }], place));
    const text = readFileSync(place.root + '/etc/sysctl.d/60-reperio.conf', 'utf8');
    tell({ text, now: value() });
    undoSysctl(place);
    tell(value() === started);
    try { undoSysctl(place); } catch (error) { tell(error.code); }`);
  assert.equal(status, 0, output);
  const [changes, written, same, again] = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    changes.map(({ name, after: now }: { name: string; after: string }) => `${name}=${now}`),
    ['net.ipv4.tcp_retries2=9', 'net.core.somaxconn=4097'],
  );
  assert.equal(written.now, '4097');
  assert.match(
    written.text,
    /^# Made by .*\n# by hand\nnet\.ipv4\.tcp_retries2 = 9\n# A reason\.\nnet\.core\.somaxconn = 4097\n$/,
  );
  assert.equal(same, true);
  assert.equal(again, 'REPERIO_TUNE_NOTHING_TO_UNDO');
  assert.equal(readFileSync(file, 'utf8'), old);
});

test('what the kernel refuses leaves file and values as they were', { skip }, () => {
  rmSync(join(scratch, 'host'), { recursive: true, force: true });
  const { status, output } = inNamespace(`
    const started = value();
    const wrong = [{ name: 'net.core.somaxconn', value: '4098', why: 'x' }, { name: 'net.ipv4.tcp_tw_recycle', value: '1', why: 'y' }];
    try { applySysctl(wrong, place); } catch (error) { tell(error.message); }
    tell(value() === started);`);
  assert.equal(status, 0, output);
  const [message, same] = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.match(message, /^The kernel refused the settings, so the previous ones are back: .*tcp_tw_recycle/);
  assert.equal(same, true);
  assert.equal(existsSync(join(scratch, 'host/etc/sysctl.d/60-reperio.conf')), false);
});

test('the experiments show what each value does, on a network of its own', { skip }, async () => {
  const before = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const { proveSystem, trialLines } = await import('./prove.ts');
  const text = trialLines(await proveSystem()).join('\n');
  assert.match(text, /somaxconn = 128 +\d+ connected within 0\.6 s, ListenOverflows \+[1-9]/);
  assert.match(text, /somaxconn = 4096 .* ListenOverflows \+0/);
  assert.match(
    text,
    /reserved_ports = none +the server does not start \(EADDRINUSE\); an outgoing connection sits on 8080/,
  );
  assert.match(text, /reserved_ports = 8080 +the server starts; an outgoing connection does not sit on 8080/);
  assert.match(text, /tcp_fin_timeout = 1 .*FIN_WAIT2\): gone .*TIME_WAIT\): still there/);
  assert.match(text, /tcp_tw_reuse = 0 .* [1-9]\d* found no free port/);
  assert.match(text, /tcp_tw_reuse = 1 +300 connected, 0 found no free port/);
  assert.equal(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), before);
  assert.ok(execFileSync('ip', ['address']).toString().includes('10.99.0.1') === false);
});
