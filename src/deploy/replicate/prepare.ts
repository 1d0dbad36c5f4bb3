import { hostNamed } from '../../cluster/topology/read.ts';
import type { Host } from '../../cluster/topology/topology.ts';
import { UserError } from '../../errors/errors.ts';
import { manifestFile, type Release } from '../release/release.ts';
import type { Fleet } from '../rollout/fleet.ts';
import { openSource, type Source } from '../rollout/source.ts';
import { type Examined, examine, nodeObstacles } from './doctor.ts';
import { replicateErrors } from './errors.ts';

export interface NodeWishes {
  readonly name: string;
  /** Node from which release and index are taken; undefined: the first that answers. */
  readonly from: string | undefined;
  /** A release of this machine; undefined: that of the peer. */
  readonly release: string | undefined;
}

export interface Peer {
  readonly host: Host;
  readonly found: Examined;
  readonly release: Release;
}

/** What was found before anything is done. */
export interface Prepared {
  readonly host: Host;
  readonly found: Examined;
  /** Undefined: this is the first node. */
  readonly peer: Peer | undefined;
  readonly release: Release;
  /** SHA-256 of its manifest. */
  readonly manifest: string;
  readonly releaseBytes: number;
  /** The release as a folder here; undefined: it comes from the peer. */
  readonly source: Source | undefined;
  readonly obstacles: readonly string[];
}

const runsReperio = ({ roles }: Host): boolean => roles.includes('web') || roles.includes('worker');

/** Looks at the host, at a peer and at what is here. Changes nothing. Throws UserError. */
export async function prepare(fleet: Fleet, { name, from, release: named }: NodeWishes): Promise<Prepared> {
  const host = hostNamed(fleet.topology, name);
  if (!runsReperio(host)) throw new UserError(replicateErrors.noNode, { host: name });
  const peer = await choosePeer(fleet, host, from);
  const own = await ownRelease(named);
  try {
    const given = own?.release.version;
    if (named !== undefined && own === undefined)
      throw new UserError(replicateErrors.noRelease, { host: name, problem: `"${named}" is none` });
    if (named !== undefined && peer !== undefined && given !== peer.release.version)
      throw new UserError(replicateErrors.otherRelease, {
        given: given!,
        peer: peer.host.name,
        there: peer.release.version,
      });
    const release = peer?.release ?? own?.release;
    if (release === undefined)
      throw new UserError(replicateErrors.noRelease, {
        host: name,
        problem: 'no other node answers, and this program is not of a release',
      });
    const ofPeer = peer?.found.facts.files.get(manifestOf(fleet));
    const isHere = own !== undefined && (peer === undefined || own.manifest === ofPeer);
    const manifest = isHere ? own.manifest : ofPeer;
    if (manifest === undefined)
      throw new UserError(replicateErrors.peerSilent, {
        peer: peer!.host.name,
        problem: `its release has no ${manifestFile}`,
      });
    const found = await examine(fleet, host);
    const releaseBytes = isHere ? own.bytes : await bytesOn(fleet, peer!);
    const indexBytes = sum(peer?.found.segments.values() ?? []);
    const needs = { release, releaseBytes, indexBytes, lock: peer?.found.facts.lock };
    const obstacles = nodeObstacles(found, needs, fleet.topology);
    if (!isHere) own?.close();
    return { host, found, peer, release, manifest, releaseBytes, source: isHere ? own : undefined, obstacles };
  } catch (error) {
    own?.close();
    throw error;
  }
}

function manifestOf({ folder }: Fleet): string {
  return `${folder}/current/${manifestFile}`;
}

/** Undefined: there is no other node, or none was named and none answers. */
async function choosePeer(fleet: Fleet, host: Host, named: string | undefined): Promise<Peer | undefined> {
  const all = fleet.topology.hosts.filter((each) => each !== host && runsReperio(each));
  const candidates = named === undefined ? all : [hostNamed(fleet.topology, named)];
  for (const candidate of candidates) {
    try {
      const found = await examine(fleet, candidate, [manifestOf(fleet)]);
      const { release } = found.facts;
      if (release !== undefined) return { host: candidate, found, release };
      if (named !== undefined)
        throw new UserError(replicateErrors.peerSilent, { peer: named, problem: 'it has no release in force' });
    } catch (error) {
      if (named !== undefined || !(error instanceof UserError)) throw error;
    }
  }
  return undefined;
}

/** Without a name, this program may be of no release: then there is none here. */
async function ownRelease(named: string | undefined): Promise<Source | undefined> {
  try {
    return await openSource(named);
  } catch (error) {
    if (named === undefined && error instanceof UserError) return undefined;
    throw error;
  }
}

async function bytesOn(fleet: Fleet, { host, found }: Peer): Promise<number> {
  const there = await fleet.host(host.name);
  const text = await there.must([...there.asRoot, 'du', '-sk', '--', found.facts.current], { limit: 60 });
  return Number.parseInt(text, 10) * 1024;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}
