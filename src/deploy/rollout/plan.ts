import { createHash } from 'node:crypto';
import { type ProgramName, renderHost } from '../../cluster/render/render.ts';
import { secretPlaces } from '../../cluster/topology/secrets.ts';
import type { Topology } from '../../cluster/topology/topology.ts';
import { newIndex, pendingMigrations, type SettingsChange, settingsChange, waitText } from '../release/compare.ts';
import type { Release } from '../release/release.ts';
import { countCommits, type FilesChange, filesChange } from './changes.ts';
import type { DeployHost, Step } from './deployment.ts';
import type { Fleet } from './fleet.ts';
import type { LoggedDeployment } from './library.ts';
import { notesOf, obstaclesOf } from './obstacles.ts';
import type { Source } from './source.ts';
import { forwardSteps } from './steps.ts';
import { hostsInOrder, type Survey, silentHosts, survey, versionsInForce } from './survey.ts';

/** Everything that a deployment will do and change, as plain data. */
export interface Planned {
  readonly from: string;
  readonly to: string;
  /** Between the two, as this machine's clone knows; undefined: it does not. */
  readonly commits: number | undefined;
  readonly files: FilesChange | undefined;
  /** Undefined: neither the library nor the current release says what there is. */
  readonly schema: readonly PlannedMigration[] | undefined;
  /** How the index is made anew when all nodes run the release. */
  readonly index: { readonly from: string; readonly to: string } | undefined;
  readonly settings: SettingsChange | undefined;
  /** Files that this program would render otherwise than they are on the hosts. */
  readonly rendered: readonly RenderedChange[];
  /** Hosts that did not answer: their files are not known. */
  readonly silent: readonly string[];
  /** What will be done, in order. */
  readonly steps: readonly Step[];
  readonly hosts: readonly string[];
  /** Seconds in which each web node is watched. */
  readonly verify: number;
  /** The last deployment that ended well. */
  readonly last: LoggedDeployment | undefined;
  /** A sentence each; with one, nothing can be deployed. */
  readonly obstacles: readonly string[];
  readonly notes: readonly string[];
}

export interface PlannedMigration {
  readonly file: string;
  readonly offline: boolean;
  /** "writes to record wait some 4 s (108,000 rows)" */
  readonly wait: string | undefined;
}

export interface RenderedChange {
  readonly host: string;
  readonly path: string;
  readonly change: 'new' | 'changed';
}

/** A release that is to be deployed. */
export interface Target {
  readonly release: Release;
  /** Undefined: the hosts have it. */
  readonly source: Source | undefined;
  readonly isRollback: boolean;
}

/** Programs whose files depend on the release. */
const programs: readonly ProgramName[] = ['settings', 'systemd', 'haproxy'];

export interface Drawn {
  readonly planned: Planned;
  readonly found: Survey;
}

/** Asks all hosts, changes nothing. */
export async function drawPlan(fleet: Fleet, target: Target): Promise<Drawn> {
  const { topology } = fleet;
  const rendered = renderedFiles(topology);
  const files = new Map([...rendered].map(([host, digests]) => [host, [...digests.keys()]]));
  const found = await survey(fleet, { files, log: 10 });
  const { release, source } = target;
  const { hosts, facts, library } = found;
  const [first] = hosts;
  const before = facts.find(({ name }) => name === first?.name);
  const from = versionsInForce(found);
  const isEverywhere = from.length === 1 && from[0] === release.version;
  const change = source === undefined || before === undefined ? undefined : await filesChange(fleet, before, source);
  const planned: Planned = {
    from: from.join(', ') || 'nothing',
    to: release.version,
    commits: before?.release === undefined ? undefined : await countCommits(before.release.commit, release.commit),
    files: change,
    schema: plannedMigrations(release, found),
    index: newIndex(release, library?.index),
    settings: before?.release === undefined ? undefined : settingsChange(before.release, release),
    rendered: renderedChanges(rendered, found),
    silent: silentHosts(found),
    steps: stepsFor(hosts, target, found),
    hosts: hosts.map(({ name }) => name),
    verify: topology.deploy.verify,
    last: library?.log.find(({ outcome }) => outcome === 'done'),
    obstacles: [
      ...found.problems,
      ...obstaclesOf({ to: release, hosts, facts, library, bytes: source?.bytes ?? 0, manifest: source?.manifest }),
      ...(isEverywhere && !facts.some(({ manifest }) => isOther(manifest, source))
        ? [`All hosts run release ${release.version} already: there is nothing to do.`]
        : []),
      ...(target.isRollback ? [] : lonelySentences(found)),
      ...lockSentences(found),
    ],
    notes: [
      ...(found.libraryProblem === undefined
        ? []
        : [`The library is looked at when the release is on ${first?.name}: ${found.libraryProblem}`]),
      ...notesOf(topology, facts),
    ],
  };
  return { planned, found };
}

/**
 * It would be drained while readers have no other one. On the way back that is no reason to stay.
 */
function lonelySentences({ up, hosts }: Survey): readonly string[] {
  if (hosts.filter(({ isWeb }) => isWeb).length < 2) return [];
  const alone = [...up].filter(([, servers]) => servers.length === 1);
  return [...new Set(alone.map(([, [only]]) => only!))].map((only) => {
    const where = alone.flatMap(([balancer, servers]) => (servers[0] === only ? [balancer] : []));
    return `${only} is the only web node to which ${where.join(' and ')} can send readers, so it cannot be taken out of service. Bring another one back first.`;
  });
}

function isOther(manifest: string | undefined, source: Source | undefined): boolean {
  return source !== undefined && manifest !== undefined && manifest !== source.manifest;
}

export function stepsFor(
  hosts: readonly DeployHost[],
  { source, isRollback }: Pick<Target, 'source' | 'isRollback'>,
  { balancers }: Pick<Survey, 'balancers'>,
): readonly Step[] {
  return forwardSteps(hosts, {
    copies: source !== undefined,
    migrates: !isRollback,
    hasBalancers: balancers.length > 0,
  });
}

function plannedMigrations(
  release: Release,
  { library, facts, hosts }: Survey,
): readonly PlannedMigration[] | undefined {
  const inForce = facts.find(({ name }) => name === hosts[0]?.name)?.release?.migrations.length;
  const there = library?.migrations.length ?? inForce;
  if (there === undefined) return undefined;
  return pendingMigrations(release, there).map((migration) => ({
    file: migration.file,
    offline: migration.offline,
    wait: waitText(migration, library?.rows),
  }));
}

function lockSentences({ facts, library }: Survey): readonly string[] {
  const locks = new Map<string, string>();
  const all = [
    ...facts.map(({ lock, name }) => ({ lock, where: `on ${name}` })),
    { lock: library?.lock, where: 'in the library' },
  ];
  for (const { lock, where } of all) {
    if (lock === undefined || locks.has(lock.id)) continue;
    const { holder, since, reason } = lock;
    locks.set(
      lock.id,
      `Deploying is locked by ${holder} since ${since}: ${reason} (seen ${where}). \`reperio deploy status\` tells more.`,
    );
  }
  return [...locks.values()];
}

/** Digests by host and path; passwords are not known here, so files with them are left out. */
function renderedFiles(topology: Topology): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const secrets = secretPlaces(topology);
  const own = hostsInOrder(topology);
  const hosts = topology.hosts.filter((host) => own.includes(host) || host.roles.includes('balancer'));
  return new Map(
    hosts.map((host) => [
      host.name,
      new Map(
        renderHost(topology, host, secrets, programs)
          .filter(({ mode }) => mode !== 0o600)
          .map(({ path, text }) => [path, createHash('sha256').update(text).digest('hex')]),
      ),
    ]),
  );
}

function renderedChanges(
  rendered: ReadonlyMap<string, ReadonlyMap<string, string>>,
  { facts }: Survey,
): readonly RenderedChange[] {
  return facts.flatMap(({ name, files }) =>
    [...(rendered.get(name) ?? [])].flatMap(([path, digest]): readonly RenderedChange[] => {
      const there = files.get(path);
      if (there === digest) return [];
      return [{ host: name, path, change: there === undefined ? 'new' : 'changed' }];
    }),
  );
}
