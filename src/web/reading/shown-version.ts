import { wouldShow } from '../../access/deleted.ts';
import { seesAllCollections } from '../../access/history.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { ReadVersion } from '../exchange/read-version.ts';

/**
 * A version that this person may see: each is looked at as if it were the newest, since the record
 * may have been in a restricted collection once.
 */
export async function readShown(
  exchange: Exchange,
  id: number,
  revision: number | undefined,
): Promise<ReadVersion | undefined> {
  const version = revision === undefined ? undefined : await exchange.revision(id, revision);
  if (version === undefined) return undefined;
  const { person, snapshot } = exchange;
  const isShown = (one: ReadVersion): boolean =>
    // What was left out of a very large one may be what hides it.
    one.leftOut === 0 ? wouldShow(person, snapshot, one) : seesAllCollections(person, snapshot);
  if (isShown(version)) return version;
  // A deletion may hold nothing but its mark.
  if (!version.deleted || !seesAllCollections(person, snapshot)) return undefined;
  const { versions } = await listedAt(exchange, id, version.revision);
  const [{ before: number } = {}] = versions;
  const before = number === undefined ? undefined : await exchange.revision(id, number);
  return before !== undefined && isShown(before) ? version : undefined;
}

/** A version as lists have it, which need not be there any more. */
export function listedAt({ history }: Exchange, id: number, revision: number): ReturnType<Exchange['history']> {
  return history(id, { offset: 0, limit: 1, upTo: revision });
}
