import { execFile } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '../release/manifest.ts';
import type { HostFacts } from './facts.ts';
import type { Fleet } from './fleet.ts';
import type { Source } from './source.ts';

/** What a release has that the one before has not. */
export interface FilesChange {
  /** New or other files. */
  readonly changed: number;
  readonly gone: number;
  /** Of those that are new or other. */
  readonly bytes: number;
  readonly packages: readonly { readonly name: string; readonly from: string; readonly to: string }[];
}

/** By the manifests of both; undefined: the release in force has none. */
export async function filesChange(
  fleet: Fleet,
  { name, current }: HostFacts,
  source: Source,
): Promise<FilesChange | undefined> {
  const host = await fleet.host(name);
  const manifest = await host.run(['cat', `${current}/MANIFEST.sha256`], { what: 'reading the manifest' });
  if (manifest.status !== 0) return undefined;
  const before = new Map(manifest.stdout.split('\n').map((line) => [line.slice(66), line.slice(0, 64)] as const));
  const after = readManifest(source.folder);
  const changed = [...after].filter(([path, digest]) => before.get(path) !== digest).map(([path]) => path);
  const gone = [...before.keys()].filter((path) => path !== '' && !after.has(path));
  return {
    changed: changed.length,
    gone: gone.length,
    bytes: changed.reduce((sum, path) => sum + sizeOf(join(source.folder, path)), 0),
    packages: await packageChanges(fleet, name, current, source, changed),
  };
}

/** A file that is missing is told when the release is verified. */
function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

const packageFile = /^node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/;

async function packageChanges(
  fleet: Fleet,
  name: string,
  current: string,
  { folder }: Source,
  changed: readonly string[],
): Promise<FilesChange['packages']> {
  const files = changed.filter((path) => packageFile.test(path));
  if (files.length === 0) return [];
  const script =
    'cd "$1"; shift; for each; do printf "%s\\t%s\\n" "$each" "$(grep -m 1 \'"version":\' "$each" 2>/dev/null || :)"; done';
  const host = await fleet.host(name);
  const text = await host.must(['sh', '-euc', script, 'reperio', current, ...files], { what: 'reading versions' });
  return text.split('\n').flatMap((line) => {
    const [path = '', found = ''] = line.split('\t');
    if (path === '') return [];
    const { version } = JSON.parse(readFileSync(join(folder, path), 'utf8')) as { version?: string };
    const from = /"version": *"([^"]*)"/.exec(found)?.[1] ?? 'nothing';
    const own = packageFile.exec(path)![1]!;
    return version === undefined || version === from ? [] : [{ name: own, from, to: version }];
  });
}

/** Where this is a clone that knows both. */
export async function countCommits(from: string, to: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile('git', ['rev-list', '--count', `${from}..${to}`, '--'], { timeout: 5_000 }, (error, stdout) =>
      resolve(error === null ? Number(stdout) : undefined),
    );
  });
}
