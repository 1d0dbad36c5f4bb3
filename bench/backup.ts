/**
 * A dump of ours beside pg_dump of Debian, of the same library in the same run; two nights with the
 * index, of which nothing has changed in the second; and restores that make the index and that take
 * it. The library: REPERIO_DATA, with its embedded server. Memory as bin/reperio has it: node
 * --max-semi-space-size=2 bench/backup.ts.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../src/config/settings.ts';
import { makeDump } from '../src/maintain/backup/dump.ts';
import { folderPlace } from '../src/maintain/backup/folder-place.ts';
import { readManifests, setBytes } from '../src/maintain/backup/manifest.ts';
import { derived } from '../src/maintain/backup/tables.ts';
import { restoreDump } from '../src/maintain/restore/restore.ts';
import { openStore } from '../src/store/open.ts';

const settings = loadSettings();
const store = await openStore(settings);
const folder = mkdtempSync(join(tmpdir(), 'reperio-bench-'));
const rounds = 3;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
try {
  const place = folderPlace(join(folder, 'backups'));
  for (let round = 1; round <= rounds; round++) {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const { manifest } = await makeDump({ ...store, place, settings, withSecrets: false });
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const resident = megabytes(process.resourceUsage().maxRSS * 1024);
    console.log(
      `reperio backup: ${manifest.records} records, ${megabytes(setBytes(manifest))}, ${seconds.toFixed(1)} s, CPU ${((user + system) / 1e6).toFixed(1)} s, at most ${resident} resident`,
    );
    const file = join(folder, 'pg.dump');
    if (!existsSync('/usr/bin/pg_dump')) continue;
    const without = derived.flatMap((table) => ['--exclude-table-data', table]);
    const then = performance.now();
    execFileSync('/usr/bin/pg_dump', ['-Fc', '-Z1', ...without, '-f', file, store.url]);
    const its = (performance.now() - then) / 1000;
    console.log(`pg_dump -Fc -Z1: ${megabytes(statSync(file).size)}, ${its.toFixed(1)} s`);
    console.log(
      `ratio: ${(setBytes(manifest) / statSync(file).size).toFixed(2)} of its size, ${(seconds / its).toFixed(2)} of its time`,
    );
  }
  for (const night of ['first', 'second']) {
    const began = performance.now();
    const made = await makeDump({ ...store, place, settings, withSecrets: false, withIndex: true });
    const { manifest, newContents, newSegments } = made;
    console.log(
      `${night} night with the index: ${megabytes(newContents.bytes)} of documents, ${newSegments.count} segments, ${megabytes(newSegments.bytes)}; ${megabytes(setBytes(manifest))} besides, ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
  }
  const manifests = await readManifests(place);
  for (const manifest of [manifests[0]!, manifests.at(-1)!]) {
    const target = { ...loadSettings({ REPERIO_DATA: join(folder, manifest.set) }), files: settings.files };
    const began = performance.now();
    const { took } = await restoreDump({ place, manifest, settings: target, replace: false });
    const seconds = (performance.now() - began) / 1000;
    console.log(
      `restore ${manifest === manifests[0] ? 'with' : 'without'} the index of the backup: ${seconds.toFixed(1)} s, of which tables ${took.tables.toFixed(1)} s, index ${took.index.toFixed(1)} s`,
    );
  }
} finally {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
}
