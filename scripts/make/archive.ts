import { spawn } from 'node:child_process';
import { createWriteStream, renameSync, rmSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { filesOf } from '../../src/deploy/release/manifest.ts';
import { manifestFile, releaseFile } from '../../src/deploy/release/release.ts';

/** Good and not slow; another level makes other bytes. */
const level = 15;

/**
 * Writes a release as a file in which everything is in the folder `name`: in the order of the
 * paths, of root, with the time of its commit, so that it depends on nothing else. What the release
 * says of itself comes first, and is read without the rest. The zstd is that of the pinned Node.
 */
export async function writeArchive(tree: string, name: string, date: Date, path: string): Promise<void> {
  const first = [releaseFile, manifestFile];
  const files = filesOf(tree).filter((file) => !first.includes(file));
  const list = `${tree}.list`;
  writeFileSync(list, [...first, ...files].map((file) => `${file}\0`).join(''));
  const part = `${path}.part`;
  const tar = spawn(
    'tar',
    [
      ...['-c', '-C', tree, '--null', '--no-recursion', '-T', list, '--format=gnu', '--sort=none'],
      ...['--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX', `--mtime=@${date.getTime() / 1000}`],
      // Links lead where they lead.
      `--transform=flags=rSh;s,^,${name}/,`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  tar.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise<number | null>((done) => tar.once('close', done));
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
  try {
    await pipeline(tar.stdout, inBlocks, createZstdCompress({ params }), createWriteStream(part));
    if ((await ended) !== 0) throw new Error(`tar: ${said}`);
    renameSync(part, path);
  } catch (error) {
    tar.kill();
    rmSync(part, { force: true });
    throw error;
  }
}

const blockBytes = 1 << 20;

/** What zstd makes depends on how it is given its input, and a pipe gives pieces of any size. */
async function* inBlocks(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const piece of input) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < blockBytes) continue;
    const whole = Buffer.concat(waiting);
    const end = bytes - (bytes % blockBytes);
    for (let at = 0; at < end; at += blockBytes) yield whole.subarray(at, at + blockBytes);
    waiting = [whole.subarray(end)];
    bytes -= end;
  }
  yield Buffer.concat(waiting);
}
