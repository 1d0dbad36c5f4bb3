import { renderHost } from '../../cluster/render/render.ts';
import type { RenderedFile } from '../../cluster/render/rendered-file.ts';
import type { Secrets } from '../../cluster/topology/secrets.ts';
import type { Topology } from '../../cluster/topology/topology.ts';
import { UserError } from '../../errors/errors.ts';
import { askFacts } from '../rollout/facts.ts';
import type { Fleet } from '../rollout/fleet.ts';
import { digestsOn, sha256 } from './digests.ts';
import { reloadOf } from './reloads.ts';
import { writeScript } from './scripts.ts';

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
        const digest = digests?.get(file.path);
        const is = (text: string | undefined): boolean =>
          text === undefined ? digest === undefined : digest === sha256(text);
        const state =
          digests === undefined ? 'silent' : is(file.text) ? 'done' : is(old.get(file.path)) ? 'open' : 'edited';
        return { host: host.name, file, state, reload: reloadOf(file.path, { isWeb: host.roles.includes('web') }) };
      });
    }),
  );
  return found.flat();
}

/** Writes what is open and has it read; each file once. Says what it did. */
export async function applyNeighbours(fleet: Fleet, files: readonly NeighbourFile[]): Promise<readonly string[]> {
  const open = files.filter(({ state }) => state === 'open');
  const done: string[] = [];
  for (const name of new Set(open.map(({ host }) => host))) {
    const host = await fleet.host(name);
    const own = open.filter((each) => each.host === name);
    for (const { file } of own)
      await host.must([...host.asRoot, 'sh', '-euc', writeScript, 'reperio', file.path, file.mode.toString(8)], {
        ...{ input: file.text, what: `writing ${file.path}` },
      });
    const commands = new Map(
      own.flatMap(({ reload }) => (reload === undefined ? [] : [[reload.join(' '), reload] as const])),
    );
    for (const words of commands.values()) await host.must([...host.asRoot, ...words], { limit: 90 });
    done.push(`${name}: wrote ${own.map(({ file }) => file.path).join(', ')}; ${[...commands.keys()].join('; ')}`);
  }
  return done;
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
      files.map(({ path }) => path),
    );
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
