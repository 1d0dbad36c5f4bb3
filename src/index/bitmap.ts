import { existsSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname, join } from 'node:path';
import type roaringPackage from 'roaring';

const roaring = loadRoaring();

export const RoaringBitmap32 = roaring.RoaringBitmap32;
export type RoaringBitmap32 = InstanceType<typeof roaring.RoaringBitmap32>;

/**
 * The package finds its binary with 67 modules of node-pre-gyp, which costs each command 25 ms.
 * Where the binary is in one of its usual places, that is the answer they would give; otherwise
 * they look.
 */
function loadRoaring(): typeof roaringPackage {
  const require = createRequire(import.meta.url);
  const main = require.resolve('roaring');
  const { platform, arch, versions } = process;
  const fetched = join(
    dirname(main),
    `native/roaring-node-v${versions.modules}-${platform}-${arch}-glibc/roaring.node`,
  );
  const finder = finderFor(main);
  // Where it was compiled here, the package goes on to look there when the fetched one is missing.
  const compiled = join(dirname(main), 'build/Release/roaring.node');
  const isKnown =
    finder !== undefined && (existsSync(fetched) || existsSync(compiled)) && require.cache[finder] === undefined;
  if (isKnown) {
    const answer = new Module(finder);
    answer.exports = { find: () => fetched };
    answer.loaded = true;
    require.cache[finder] = answer;
  }
  try {
    return require(main) as typeof roaringPackage;
  } finally {
    if (isKnown) delete require.cache[finder];
  }
}

/**
 * Undefined in a release: what only builds is left out there, and the binary is the compiled one.
 */
function finderFor(main: string): string | undefined {
  try {
    return createRequire(main).resolve('@mapbox/node-pre-gyp/lib/pre-binding');
  } catch {
    return undefined;
  }
}
