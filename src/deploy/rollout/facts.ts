import { settingsFile } from '../../cluster/render/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { parseRelease } from '../release/read.ts';
import type { Release } from '../release/release.ts';
import type { Deployment } from './deployment.ts';
import type { Fleet } from './fleet.ts';
import { type DeployLock, parseLock } from './lock.ts';
import { factsScript } from './scripts.ts';

/** What a host says of itself. */
export interface HostFacts {
  readonly name: string;
  /** How commands become root's; undefined: they cannot. */
  readonly root: 'direct' | 'sudo' | undefined;
  /** As process.arch has it: x64. */
  readonly arch: string;
  readonly glibc: string | undefined;
  /** What the link `current` says; '' when there is none. */
  readonly link: string;
  /** Folder that it leads to. */
  readonly current: string;
  readonly previous: string;
  /** Of the release in force: undefined when it has none, or one that does not say. */
  readonly version: string | undefined;
  readonly release: Release | undefined;
  readonly previousVersion: string | undefined;
  readonly previousRelease: Release | undefined;
  /** SHA-256 of the manifest of the release in force; undefined: it has none. */
  readonly manifest: string | undefined;
  /** Releases that are on its disk. */
  readonly there: readonly string[];
  /** Bytes. */
  readonly free: number;
  readonly lacks: readonly string[];
  readonly hasSettings: boolean;
  /** Units of systemd that it knows. */
  readonly units: readonly string[];
  readonly lock: DeployLock | undefined;
  /** The newest turn of the lock, also one that was taken by somebody who got no further. */
  readonly turn: number;
  /** What was left there by a deployment that has not ended. */
  readonly state: Deployment | undefined;
  /** Seconds since it was noted. */
  readonly stateAge: number;
  /** SHA-256 of files that were asked for; undefined: it is not there. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

const archs: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64' };

export function parseFacts(name: string, text: string, root: HostFacts['root']): HostFacts {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('\t');
    if (at < 0) continue;
    const [key, value] = [line.slice(0, at), line.slice(at + 1)];
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  const one = (key: string): string => values.get(key)?.[0] ?? '';
  const all = (key: string): readonly string[] => values.get(key) ?? [];
  const arch = one('arch');
  return {
    name,
    root,
    arch: archs[arch] ?? arch,
    glibc: /^glibc (.+)$/.exec(one('glibc'))?.[1],
    link: one('link'),
    current: one('current'),
    previous: one('previous'),
    ...releaseOf('current', one, 'version', 'release'),
    ...releaseOf('previous', one, 'previousVersion', 'previousRelease'),
    manifest: one('manifest') || undefined,
    there: all('there'),
    free: Number(one('free')) * 1024,
    lacks: all('lacks'),
    hasSettings: one('settings') === 'yes',
    units: all('unit').flatMap((line) => (line.endsWith(' loaded') ? [line.slice(0, -' loaded'.length)] : [])),
    lock: parseLock(values.get('lock')?.[0]),
    turn: Math.max(0, ...all('turn').map(Number)),
    state: stateOf(one('state')),
    stateAge: Number(one('state-age')),
    files: new Map(
      all('file').map((line) => {
        const at = line.indexOf(' ');
        return [line.slice(at + 1), at === 1 ? undefined : line.slice(0, at)] as const;
      }),
    ),
  };
}

function releaseOf<V extends string, R extends string>(
  link: string,
  one: (key: string) => string,
  versionKey: V,
  releaseKey: R,
): Record<V, string | undefined> & Record<R, Release | undefined> {
  const text = one(`release-${link}`);
  const release = text === '' ? undefined : readable(text);
  const version = release?.version ?? (one(`package-${link}`) || undefined);
  return { [versionKey]: version, [releaseKey]: release } as Record<V, string | undefined> &
    Record<R, Release | undefined>;
}

function readable(text: string): Release | undefined {
  try {
    return parseRelease(text, 'RELEASE.json');
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function stateOf(text: string): Deployment | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as Deployment);
  } catch {
    return undefined;
  }
}

/** As root where that may be: a careful umask hides the lock from others. */
export async function askFacts(fleet: Fleet, name: string, files: readonly string[] = []): Promise<HostFacts> {
  const host = await fleet.host(name);
  const words = ['sh', '-euc', factsScript, 'reperio', fleet.folder, settingsFile, ...files];
  return parseFacts(name, await host.must([...host.asRoot, ...words], { what: 'looking around' }), host.root);
}
