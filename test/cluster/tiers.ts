import { isWhole } from '../support/scale.ts';
import { lackingPrograms, probeHosts } from './hosts/probe.ts';
import { postgresPrograms } from './roles/postgres.ts';

export interface Tier {
  /** Its tests, in this folder. */
  readonly file: string;
  readonly what: string;
  /** Why it cannot run here, as the end of a sentence; undefined: it can. */
  readonly problem: () => string | undefined;
}

const webPrograms = ['bash', 'haproxy', 'keepalived', 'curl', 'socat', 'setpriv', 'nft'];

/** From what needs least to what needs most. */
export const tiers = {
  loopback: {
    file: 'loopback.test.ts',
    what: 'two nodes behind HAProxy on one host',
    problem: () => lackingPrograms(['haproxy']),
  },
  balancers: {
    file: 'balancers.test.ts',
    what: 'two balancers with a floating address and three web nodes',
    problem: () => hostsProblem() ?? lackingPrograms(webPrograms) ?? postgresProblem(),
  },
  deploy: {
    file: 'deploy.test.ts',
    what: 'releases brought by ssh to a worker host and two web nodes behind two balancers',
    problem: deployProblem,
  },
  interrupted: {
    file: 'deploy-interrupted.test.ts',
    what: 'deployments with connections, disks, hosts and the deployer gone in the middle',
    problem: deployProblem,
  },
  nodes: {
    file: 'nodes.test.ts',
    what: 'a web node added and removed by ssh',
    problem: deployProblem,
  },
  failover: {
    file: 'failover.test.ts',
    what: 'three databases under Patroni and etcd',
    problem: () => hostsProblem() ?? lackingPrograms([...webPrograms, 'patroni', 'etcd']) ?? postgresProblem(),
  },
  archive: {
    file: 'pgbackrest-three.test.ts',
    what: 'three databases under Patroni with pgBackRest on another host',
    problem: () =>
      rootProblem() ?? lackingPrograms(['pgbackrest', 'patroni', 'etcd', 'setpriv', 'sshd']) ?? postgresProblem(),
  },
  backups: {
    file: 'pgbackrest.test.ts',
    what: 'a database server with pgBackRest',
    problem: () => rootProblem() ?? lackingPrograms(['pgbackrest', 'pg_createcluster', 'setpriv']) ?? postgresProblem(),
  },
} as const satisfies Readonly<Record<string, Tier>>;

export type TierName = keyof typeof tiers;

/** For `skip` of a test: false where the tier can run. */
export function skipTier(name: TierName): string | false {
  return tiers[name].problem() ?? false;
}

/** Of a tier's scenarios all where the whole matrix is run, else only the one of this name. */
export function chosen<T extends { readonly name: string }>(scenarios: readonly T[], name?: string): readonly T[] {
  const some = isWhole ? scenarios : scenarios.filter((each) => each.name === name);
  if (name !== undefined && some.length === 0) throw new Error(`there is no scenario ${name}`);
  return some;
}

/**
 * Tiers among these test files that cannot run here, one sentence each; `npm test` says so loudly,
 * and in CI it fails.
 */
export function missingTiers(files: readonly string[]): readonly string[] {
  return Object.entries(tiers)
    .filter(([, { file }]) => files.some((each) => isOfCluster(each) && each.endsWith(`/${file}`)))
    .flatMap(([name, { what, problem }]) => {
      const why = problem();
      return why === undefined ? [] : [`The tier ${name} of test/cluster (${what}) does not run: ${why}`];
    });
}

/**
 * Clusters and machines that boot want the machine for themselves: their files come last, two at a
 * time.
 */
export function isOfCluster(file: string): boolean {
  return file.includes('test/cluster/') || file.includes('test/systemd/');
}

function hostsProblem(): string | undefined {
  const probed = probeHosts();
  return 'problem' in probed ? probed.problem : undefined;
}

function deployProblem(): string | undefined {
  const programs = [...webPrograms, 'sshd', 'ssh', 'rsync', 'python3'];
  return rootProblem() ?? lackingPrograms(programs) ?? postgresProblem();
}

/** sshd changes its user, and pgBackRest and its files belong to the user postgres. */
function rootProblem(): string | undefined {
  const probed = probeHosts();
  if ('problem' in probed) return probed.problem;
  return probed.shape === 'root' ? undefined : 'programs as other users need root';
}

function postgresProblem(): string | undefined {
  return postgresPrograms() === undefined ? 'not installed: PostgreSQL (/usr/lib/postgresql)' : undefined;
}
