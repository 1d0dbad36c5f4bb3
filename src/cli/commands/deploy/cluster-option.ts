import type { Readable } from 'node:stream';
import { readTopologyText, topologyOf } from '../../../cluster/topology/read.ts';
import { Fleet } from '../../../deploy/rollout/fleet.ts';

export const clusterOption = {
  file: { type: 'text', value: 'FILE', doc: 'The cluster file; default cluster.yaml.' },
} as const;

/** The hosts of the cluster file, for the time of some work. */
export async function withFleet<T>(
  file: string | undefined,
  stdin: Readable,
  work: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  const name = file ?? 'cluster.yaml';
  const fleet = new Fleet(topologyOf(await readTopologyText(name, stdin), name));
  try {
    return await work(fleet);
  } finally {
    await fleet.close();
  }
}
