import { hostNamed } from '../../cluster/topology/read.ts';
import type { Secrets } from '../../cluster/topology/secrets.ts';
import { type Host, hostsWith } from '../../cluster/topology/topology.ts';
import { UserError } from '../../errors/errors.ts';
import { awaitDrained, setServer } from '../rollout/balancers.ts';
import { unitsOf } from '../rollout/deployment.ts';
import { askFacts } from '../rollout/facts.ts';
import type { Fleet } from '../rollout/fleet.ts';
import type { Working } from './add.ts';
import { replicateErrors } from './errors.ts';
import { applyNeighbours, type NeighbourFile, neighbourFiles, without } from './neighbours.ts';
import { stopScript } from './scripts.ts';

export interface RemoveWishes {
  readonly name: string;
  readonly apply: boolean;
  readonly dryRun: boolean;
  readonly secrets: Secrets;
}

export interface Removed {
  /** What is left to do on other hosts. */
  readonly files: readonly NeighbourFile[];
  /** What stays, and other things to know, a sentence each. */
  readonly remains: readonly string[];
}

/** Seconds: a node lets requests end for half a minute. */
const stopLimit = 90;

/**
 * Takes a node out of service: no more requests from the balancers, stopped for good, out of the
 * configuration of others. A host that is gone is taken out all the same. Nothing is deleted.
 * Throws UserError.
 */
export async function removeNode(
  fleet: Fleet,
  { name, apply, dryRun, secrets }: RemoveWishes,
  { signal, onStep }: Working,
): Promise<Removed> {
  const { topology } = fleet;
  const host = hostNamed(topology, name);
  refuseLast(fleet, host);
  const timed = async (step: string, work: () => Promise<string>): Promise<void> => {
    signal.throwIfAborted();
    const began = performance.now();
    onStep(step, await work(), (performance.now() - began) / 1000);
  };
  const neighbours = (): Promise<readonly NeighbourFile[]> =>
    neighbourFiles(fleet, { before: topology, after: without(topology, name), secrets, node: name });
  const remains = [
    `The line of ${name} in cluster.yaml: delete it when the other hosts know.`,
    `On ${name}: ${topology.data}, ${fleet.folder} and /etc/reperio. Nothing in them is missing elsewhere: delete them, or \`reperio node add ${name}\` uses them again.`,
    `In the library ${name} counts as a node for a day after its last sign.`,
  ];
  const others = host.roles.filter((role) => role !== 'web' && role !== 'worker');
  if (others.length > 0) remains.push(`${name} is ${others.join(', ')} as well: that goes on, and is yours to move.`);
  if (dryRun) return { files: await neighbours(), remains };
  if (host.roles.includes('web')) await timed('drained', () => drain(fleet, name, 'drain'));
  await timed('stopped', () => stop(fleet, host));
  if (host.roles.includes('web')) await timed('out', () => drain(fleet, name, 'maint'));
  const files = await neighbours();
  if (!apply) return { files, remains };
  await timed('others', async () => (await applyNeighbours(fleet, files)).join('. ') || 'nothing to do');
  return { files: await neighbours(), remains };
}

/** Without a worker host, web nodes do its work; without a web node there are no readers. */
function refuseLast({ topology }: Fleet, { name, roles }: Host): void {
  if (!roles.includes('web') && !roles.includes('worker')) throw new UserError(replicateErrors.noNode, { host: name });
  if (roles.includes('web') && hostsWith(topology, 'web').length === 1)
    throw new UserError(replicateErrors.lastNode, { host: name, role: 'web' });
}

/** On all balancers that answer and know it; whoever does not is named. */
async function drain(fleet: Fleet, name: string, state: 'drain' | 'maint'): Promise<string> {
  const balancers = hostsWith(fleet.topology, 'balancer').map((each) => each.name);
  const silent: string[] = [];
  const known: string[] = [];
  for (const balancer of balancers)
    try {
      await setServer(fleet, balancer, name, state);
      known.push(balancer);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      silent.push(`${balancer}: ${error.message}`);
    }
  const left = state === 'drain' && known.length > 0 ? await awaitDrained(fleet, known, name) : 0;
  return [
    known.length === 0 ? 'no balancer sends requests to it' : `${known.join(', ')} send no more requests to it`,
    ...(left === 0 ? [] : [`${left} requests were still running`]),
    ...silent,
  ].join('; ');
}

async function stop(fleet: Fleet, host: Host): Promise<string> {
  const isWeb = host.roles.includes('web');
  const units = [
    ...(isWeb ? ['reperio-web.socket'] : []),
    ...unitsOf({ isWeb, isWorker: host.roles.includes('worker') }),
  ];
  try {
    await askFacts(fleet, host.name);
    await fleet.script(host.name, stopScript, units, stopLimit, 'stopping the services');
    return units.join(', ');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `not by us: ${error.message} Should it come back: systemctl disable --now ${units.join(' ')}`;
  }
}
