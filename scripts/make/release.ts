/**
 * scripts/release [--out FOLDER]: a release of the commit that is checked out, whole: the program,
 * its Node, its libraries and the embedded server, with RELEASE.json and MANIFEST.sha256, as
 * reperio-VERSION-linux-ARCH.tar.zst. Made twice of one commit, it has the same bytes.
 */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { digestOf } from '../../src/deploy/release/manifest.ts';
import { writeArchive } from './archive.ts';
import { checkedOut } from './checkout.ts';
import { runScript } from './refuse.ts';
import { needPrograms, withWork } from './run.ts';
import { makeTree } from './tree.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

await runScript(async () => {
  const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
  needPrograms({ git: 'git', tar: 'tar', npm: 'npm' });
  const commit = checkedOut(root);
  const out = resolve(values.out);
  await withWork(out, async (work) => {
    const tree = join(work, 'tree');
    const { release, files } = await makeTree(root, tree, commit);
    const name = `reperio-${release.version}-linux-${release.platform.arch}`;
    const path = join(out, `${name}.tar.zst`);
    await writeArchive(tree, name, new Date(release.date), path);
    console.log(
      `${path}: ${(statSync(path).size / 1e6).toFixed(1)} MB, ${files} files, of commit ${commit.hash.slice(0, 12)}`,
    );
    console.log(`SHA-256 ${await digestOf(path)}`);
  });
});
