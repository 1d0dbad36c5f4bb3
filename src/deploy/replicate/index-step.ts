import type { Fleet } from '../rollout/fleet.ts';
import { megabytes } from './doctor.ts';
import type { Prepared } from './prepare.ts';
import { segmentsScript } from './scripts.ts';
import { stream } from './stream.ts';

/** Seconds to read the whole index on a slow disk. */
const verifyLimit = 1_800;

/**
 * Segments of the index from the peer, each verified by its name. What it does not have any more,
 * because it is merging, and what was damaged, the node fetches from the database.
 */
export async function bringIndex(fleet: Fleet, { host, found, peer }: Prepared, signal: AbortSignal): Promise<string> {
  const { user, data } = fleet.topology;
  const verify = async (): Promise<readonly string[]> => {
    const text = await fleet.script(host.name, segmentsScript, [user, data], verifyLimit, 'verifying the index');
    return text.split('\n').filter((line) => line !== '');
  };
  if (found.active.length > 0) return 'the node runs, and looks after its own';
  if (peer === undefined) return 'there is no peer: it comes from the database';
  const wanted = [...peer.found.segments].filter(([name, bytes]) => found.segments.get(name) !== bytes);
  if (wanted.length === 0) {
    const damaged = await verify();
    return damaged.length === 0 ? 'it was there' : said(damaged.length);
  }
  const bytes = await stream(fleet, {
    ...{ what: 'the index', peer: peer.host.name, from: `${data}/index`, host: host.name, to: `${data}/index` },
    // One that was merged away meanwhile is left out.
    names: wanted.map(([name]) => name),
    mayLack: true,
    signal,
  });
  const damaged = await verify();
  const count = wanted.length === 1 ? '1 segment' : `${wanted.length} segments`;
  return [
    `${count}, ${megabytes(bytes)} from ${peer.host.name}`,
    ...(damaged.length === 0 ? [] : [said(damaged.length)]),
  ].join('; ');
}

function said(count: number): string {
  return `${count === 1 ? '1 segment was' : `${count} segments were`} not what the name says, and will come from the database`;
}
