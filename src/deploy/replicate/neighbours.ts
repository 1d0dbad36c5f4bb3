import { renderHost } from '../../cluster/render/render.ts';
import type { RenderedFile } from '../../cluster/render/rendered-file.ts';
import type { Secrets } from '../../cluster/topology/secrets.ts';
import type { Topology } from '../../cluster/topology/topology.ts';
import { UserError } from '../../errors/errors.ts';
import { askFacts } from '../rollout/facts.ts';
import type { Fleet } from '../rollout/fleet.ts';
import { digestsOn, sha256 } from './digests.ts';
import { reloadOf } from './reloads.ts';
import { markScript, ownMark, unmarkScript, writeScript } from './scripts.ts';

/** A file of another host that names the node, or does not any more. */
export interface NeighbourFile {
  readonly host: string;
  readonly file: RenderedFile;
  /**
   * done: it is there already; open: as before, it is to be replaced; edited: neither, so somebody
   * must look; silent: the host does not answer.
   */
  readonly state: 'done' | 'open' | 'edited' | 'silent';
  /** Words of the command that has it read; undefined: at the next start. */
  readonly reload: readonly string[] | undefined;
}

/** The cluster without a host. */
export function without(topology: Topology, name: string): Topology {
  return { ...topology, hosts: topology.hosts.filter((host) => host.name !== name) };
}

/** Which files of other hosts differ between two clusters, and how they are there now. */
export async function neighbourFiles(
  fleet: Fleet,
  {
    before,
    after,
    secrets,
    node,
  }: { readonly before: Topology; readonly after: Topology; readonly secrets: Secrets; readonly node: string },
): Promise<readonly NeighbourFile[]> {
  const others = fleet.topology.hosts.filter(({ name }) => name !== node);
  const found = await Promise.all(
    others.map(async (host): Promise<readonly NeighbourFile[]> => {
      const old = new Map(renderHost(before, host, secrets).map(({ path, text }) => [path, text]));
      const changed = renderHost(after, host, secrets).filter(({ path, text }) => old.get(path) !== text);
      if (changed.length === 0) return [];
      const digests = await digestsOf(fleet, host.name, changed);
      return changed.map((file) => {
        const state = digests === undefined ? 'silent' : stateOf(digests, file, old.get(file.path));
        return { host: host.name, file, state, reload: reloadOf(file.path, { isWeb: host.roles.includes('web') }) };
      });
    }),
  );
  return found.flat();
}

/** `before`: its text without the change; undefined: it was not there. */
export function stateOf(
  digests: ReadonlyMap<string, string>,
  { path, text }: Pick<RenderedFile, 'path' | 'text'>,
  before: string | undefined,
): NeighbourFile['state'] {
  const digest = digests.get(path);
  // One with a mark was written, and whoever broke off then had nobody read it.
  if (digest === sha256(text)) return digests.has(markOf(path)) ? 'open' : 'done';
  return digest === (before === undefined ? undefined : sha256(before)) ? 'open' : 'edited';
}

/** Writes what is open and has it read; each file once. Says what it did. */
export async function applyNeighbours(fleet: Fleet, files: readonly NeighbourFile[]): Promise<readonly string[]> {
  const open = files.filter(({ state }) => state === 'open');
  const done: string[] = [];
  for (const name of new Set(open.map(({ host }) => host))) {
    const host = await fleet.host(name);
    const own = open.filter((each) => each.host === name);
    const marks = own.flatMap(({ file, reload }) => (reload === undefined ? [] : [markOf(file.path)]));
    await fleet.script(name, markScript, marks);
    for (const { file } of own)
      await host.must([...host.asRoot, 'sh', '-euc', writeScript, 'reperio', file.path, file.mode.toString(8)], {
        ...{ input: file.text, what: `writing ${file.path}` },
      });
    const commands = new Map(
      own.flatMap(({ reload }) => (reload === undefined ? [] : [[reload.join(' '), reload] as const])),
    );
    for (const words of commands.values()) await host.must([...host.asRoot, ...words], { limit: 90 });
    await fleet.script(name, unmarkScript, marks);
    done.push(`${name}: wrote ${own.map(({ file }) => file.path).join(', ')}; ${[...commands.keys()].join('; ')}`);
  }
  return done;
}

export function markOf(path: string): string {
  return `${ownMark}.${sha256(path).slice(0, 12)}`;
}

/** What somebody has to do by hand, a line each. */
export function byHandLines(files: readonly NeighbourFile[], topologyFile: string): readonly string[] {
  return files
    .filter(({ state }) => state !== 'done')
    .map(({ host, file, state, reload }) => {
      const then = reload === undefined ? 'it is read at the next start' : reload.join(' ');
      const render = `reperio cluster render --file ${topologyFile} --host ${host} --out rendered`;
      if (state === 'silent')
        return `${host} does not answer. When it is back: ${file.path} (${render}), then: ${then}`;
      if (state === 'edited')
        return `${host}: ${file.path} is not as it was rendered, so it was left alone. Compare it with that of \`${render}\`, then: ${then}`;
      return `${host}: ${file.path} (${render}), then: ${then}`;
    });
}

/** Undefined: the host does not answer. */
async function digestsOf(
  fleet: Fleet,
  name: string,
  files: readonly RenderedFile[],
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    await askFacts(fleet, name);
    return await digestsOn(
      fleet,
      name,
      files.flatMap(({ path }) => [path, markOf(path)]),
    );
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
