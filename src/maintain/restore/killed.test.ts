import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { command, type ReleaseNode } from '../../../test/support/release-node.ts';
import { main, openRestoreLibrary, type RestoreLibrary } from './test-restore.ts';

let opened: RestoreLibrary;
before(async () => {
  opened = await openRestoreLibrary();
});
after(() => opened.close());

test('kill -9 during a restore: the library is told to be unfinished, and the same command makes it whole', async () => {
  for (const [folder, stop] of [
    ['killed-early', 'tables'],
    ['killed-late', 'index'],
  ] as const) {
    const settings = opened.folderSettings(folder);
    const program = `
      const { folderPlace } = await import(${JSON.stringify(new URL('../backup/folder-place.ts', import.meta.url).href)});
      const { readManifest } = await import(${JSON.stringify(new URL('../backup/manifest.ts', import.meta.url).href)});
      const { restoreDump } = await import(${JSON.stringify(new URL('restore.ts', import.meta.url).href)});
      const { loadSettings } = await import(${JSON.stringify(new URL('../../config/settings.ts', import.meta.url).href)});
      const place = folderPlace(${JSON.stringify(join(opened.library.folder, 'backups'))});
      const manifest = await readManifest(place, ${JSON.stringify(opened.manifest.set)});
      const settings = loadSettings({ REPERIO_DATA: ${JSON.stringify(join(opened.root, folder))} });
      const onStep = (step) => { if (step === ${JSON.stringify(stop)}) { console.log('there'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); } };
      await restoreDump({ place, manifest, settings, replace: false, watch: { onStep } });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: tmpdir() },
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const node: ReleaseNode = { name: 'restored', main, folder: join(opened.root, folder), databaseUrl: undefined };
    const told = await command(node, 'index', 'status');
    assert.equal(told.status, 1);
    assert.match(told.stderr, /restore of backup .* not whole/);
    await opened.restore(settings);
    await opened.checkWhole(settings);
  }
});
