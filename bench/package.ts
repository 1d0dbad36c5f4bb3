/**
 * The package of Debian on a machine whose systemd has booted: its size, its files, how long `apt
 * install` takes until the first page is answered, beside `dpkg -i` of a peer of about that size
 * and a plain copy of the same release, in the same run. As root.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { unpackRelease } from '../src/deploy/release/archive.ts';
import { filesOf } from '../src/deploy/release/manifest.ts';
import { bootMachine, lacksMachine, run } from '../test/systemd/machine.ts';
import { machineLine, megabytes, table } from './lib/report.ts';

const { values } = parseArgs({ options: { dist: { type: 'string', default: 'dist' } } });
const problem = lacksMachine();
if (problem !== false) throw new Error(problem);
const [deb] = globSync(join(values.dist, 'reperio_*_*.deb'));
const [archive] = globSync(join(values.dist, 'reperio-*.tar.zst'));
if (deb === undefined || archive === undefined)
  throw new Error(`make them first: scripts/release, scripts/package deb`);

/** Its size and number of files are near ours; nothing that it depends on is installed. */
const peer = 'openjdk-17-jre-headless';
const scratch = mkdtempSync(join(tmpdir(), 'reperio-bench-'));
const machine = await bootMachine();
const rows: string[][] = [];

async function timed(name: string, path: string, files: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  rows.push([name, `${seconds.toFixed(1)} s`, megabytes(statSync(path).size), String(files)]);
  return seconds;
}

function filesIn(path: string): number {
  const listed = execFileSync('dpkg-deb', ['--contents', path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return listed.split('\n').filter((line) => line !== '' && !line.startsWith('d')).length;
}

try {
  execFileSync('apt-get', ['download', peer], { cwd: scratch, stdio: 'pipe' });
  const other = globSync(join(scratch, '*.deb'))[0]!;
  for (const path of [deb, other]) copyFileSync(path, join(machine.root, 'root', basename(path)));
  const ours = await timed('apt install of ours, first start included', deb, filesIn(deb), () =>
    machine.must('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '--yes', `/root/${basename(deb)}`),
  );
  const url = 'http://127.0.0.1:8080/search?p=a';
  const answer = await run(
    ...machine.inNetwork,
    'curl',
    '--silent',
    '--output',
    '/dev/null',
    '--write-out',
    '%{http_code} after %{time_total} s',
    url,
  );
  const theirs = await timed(`dpkg -i of ${peer}`, other, filesIn(other), () =>
    machine.must('dpkg', '--install', '--force-depends', `/root/${basename(other)}`),
  );
  const unpacked = join(scratch, 'release');
  mkdirSync(unpacked);
  await unpackRelease(archive, unpacked);
  await timed('the release unpacked and copied by rsync, nothing verified', archive, filesOf(unpacked).length, () =>
    run('rsync', '--archive', `${unpacked}/`, join(machine.root, 'root/copy')),
  );
  console.log(`${(ours / theirs).toFixed(1)} x the time of ${peer}; the first page: ${answer.text}`);
  console.log(table([{ title: '', align: 'left' }, { title: 'time' }, { title: 'size' }, { title: 'files' }], rows));
  console.log(machineLine());
} finally {
  await machine.stop();
  rmSync(scratch, { recursive: true, force: true });
}
