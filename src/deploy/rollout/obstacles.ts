import { hostsWith, type Topology } from '../../cluster/topology/topology.ts';
import { libraryObstacles } from '../release/compare.ts';
import { platformProblem } from '../release/platform.ts';
import type { Release } from '../release/release.ts';
import type { DeployHost } from './deployment.ts';
import type { HostFacts } from './facts.ts';
import type { LibraryLook } from './look.ts';

export interface ObstacleContext {
  readonly to: Release;
  readonly hosts: readonly DeployHost[];
  readonly facts: readonly HostFacts[];
  /** Undefined: the release in force cannot say. */
  readonly library: LibraryLook | undefined;
  /** Bytes that must be copied to each host. */
  readonly bytes: number;
  /** SHA-256 of its manifest; undefined: the hosts have it. */
  readonly manifest: string | undefined;
}

/**
 * Everything that stands in the way, a sentence each, with what to do; none: it can be deployed.
 */
export function obstaclesOf({ to, hosts, facts, library, bytes, manifest }: ObstacleContext): readonly string[] {
  const found = facts.flatMap((host) => [
    ...hostObstacles(host, to, hosts, bytes),
    ...(isOtherBuild(host, to, manifest)
      ? [
          `${host.name}: it runs another build of release ${to.version} (commit ${host.release?.commit.slice(0, 12) ?? 'unknown'}, and this one is ${to.commit.slice(0, 12)}). Give the new one a version of its own: raise \`version\` in package.json, commit, and make the release again.`,
        ]
      : []),
    ...(manifest === undefined && hosts.some(({ name }) => name === host.name) && !host.there.includes(to.version)
      ? [`${host.name}: release ${to.version} is not there, and not on this machine. Name its folder or its file.`]
      : []),
  ]);
  return [...found, ...(library === undefined ? [] : libraryObstacles(to, library))];
}

/** It would be replaced under the feet of its processes, and there would be no way back. */
function isOtherBuild({ version, manifest }: HostFacts, to: Release, given: string | undefined): boolean {
  return given !== undefined && version === to.version && manifest !== undefined && manifest !== given;
}

function hostObstacles(host: HostFacts, to: Release, hosts: readonly DeployHost[], bytes: number): readonly string[] {
  const { name, root, arch, glibc, link, current, there, free, lacks, units } = host;
  const runs = hosts.find((each) => each.name === name);
  const say = (sentence: string): string => `${name}: ${sentence}`;
  const needRoot =
    root === undefined
      ? [
          say(
            'the user who logs in there is not root, and sudo asks for a password. Allow it without one, or name root as `user` under `deploy` in cluster.yaml.',
          ),
        ]
      : [];
  if (runs === undefined) return needRoot;
  const platform = platformProblem(to.platform, { arch, glibc });
  const needed = there.includes(to.version) ? 0 : Math.ceil(bytes * 1.1);
  const megabytes = (count: number): string => Math.ceil(count / 1e6).toLocaleString('en');
  return [
    ...needRoot,
    ...(platform === undefined ? [] : [say(`release ${to.version} cannot run there: ${platform}.`)]),
    ...(lacks.length === 0 ? [] : [say(`it has no ${lacks.join(', ')}: install what is missing.`)]),
    ...(current === '' || link === ''
      ? [
          say(
            'there is no link `current` to a release. Install the first release as docs/deploying.md says, or use `reperio node add`.',
          ),
        ]
      : []),
    ...(free < needed
      ? [
          say(
            `release ${to.version} needs ${megabytes(needed)} MB, and ${megabytes(free)} MB are free. Free some space.`,
          ),
        ]
      : []),
    ...runs.units
      .filter((unit) => !units.includes(unit))
      .map((unit) => say(`systemd does not know ${unit}. Render the configuration of the host and copy it there.`)),
  ];
}

/** What is worth knowing and stands in nobody's way. */
export function notesOf(topology: Topology, facts: readonly HostFacts[]): readonly string[] {
  const balanced = hostsWith(topology, 'balancer').length > 0;
  const web = hostsWith(topology, 'web');
  const [only] = web;
  const alone =
    balanced && web.length === 1
      ? [`${only!.name} is the only web node: for the seconds of its restart, readers may get 503 from the balancers.`]
      : [];
  const sockets = web.flatMap(({ name }) => {
    const host = facts.find((each) => each.name === name);
    if (host === undefined || host.units.includes('reperio-web.socket')) return [];
    const why = balanced
      ? 'readers are safe, since balancers look away first'
      : 'connections are refused while it restarts';
    return [`${name} has no reperio-web.socket: ${why}. \`reperio cluster render\` makes it.`];
  });
  return [...alone, ...sockets];
}
