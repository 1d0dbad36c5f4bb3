import { mayEdit } from '../../access/may-edit.ts';
import { editActions, guardFor } from '../../access/write-guard.ts';
import { withCurrentBases } from '../../checks/current-bases.ts';
import type { RecordVersion } from '../../index/entry.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import { may } from '../../people/person.ts';
import { incomingChecksOf } from '../../records/check-incoming.ts';
import { readRecord } from '../../records/history.ts';
import type { MergeBy } from '../../records/merge-records.ts';
import { rulesOf } from '../../records/next-version.ts';
import type { Database, Queryable } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { hiddenFrom } from './found.ts';

/** Two records that become one, as this person sees them. */
export interface Pair {
  readonly survivor: RecordVersion;
  readonly other: RecordVersion;
}

/** `merged`: the other one leads to the first already. `none`: which of them is none of theirs. */
export async function readPair(
  exchange: Exchange,
  database: Database,
  first: string,
  second: string,
): Promise<Pair | 'merged' | { readonly none: string }> {
  const { person, snapshot } = exchange;
  const [a, b] = [await exchange.record(first), await exchange.record(second)];
  if (a.kind !== 'shown' || !mayEdit(person, snapshot, a.version.id)) return { none: first };
  if (b.kind === 'merged' && b.other === a.version.id) return 'merged';
  if (b.kind !== 'shown' || !mayEdit(person, snapshot, b.version.id)) return { none: second };
  const hidden = hiddenFrom(exchange);
  const read = async (id: number): Promise<RecordVersion> => {
    const version = await readRecord(database, id);
    return hidden.length === 0 ? version : { ...version, record: withoutPaths(version.record, hidden) };
  };
  return { survivor: await read(a.version.id), other: await read(b.version.id) };
}

export async function mergeBy(database: Queryable, { person, snapshot }: Exchange): Promise<MergeBy> {
  const site = await withCurrentBases(database, snapshot.site);
  const checks = incomingChecksOf(site, !may(site, person, 'viewhiddenpaths'));
  return {
    person: person.name,
    rules: { ...rulesOf(snapshot.site), hidden: 'keep', always: false, checks },
    guard: guardFor(person, snapshot, editActions),
  };
}
