import type { RecordVersion } from '../../index/entry.ts';
import { sameContent } from '../../marc/content.ts';
import { withoutOwnLinks } from '../../marc/own-links.ts';
import { controlField, dataField, type MarcRecord } from '../../marc/record.ts';
import {
  broughtKeys,
  foreignControl,
  type Identity,
  identify,
  keysToLookUp,
  matchRecord,
} from '../../records/identifiers.ts';
import { fetchExisting, fetchHolders } from '../../records/matching.ts';
import { keepControl } from '../../records/version.ts';
import { withSource } from '../../records/with-source.ts';
import { findSimilar } from './candidates.ts';
import { type Fate, type PrepareContext, sentences, type Working } from './prepared.ts';
import type { Source } from './source.ts';

/**
 * Which record of the library each one is: by its identifiers first, then, where the profile says
 * so, by title, authors and date; and what the source does with it then. In the order of `list`.
 */
export async function matchAll(list: readonly Working[], context: PrepareContext): Promise<readonly Fate[]> {
  const { database, source } = context;
  const identities = list.map(({ record, identifier }) => identify(record!, source.name, identifier));
  const keys = new Set(identities.flatMap((identity) => keysToLookUp(identity)));
  for (const { identifier } of list) keys.add(ownKey(source, identifier));
  const holders = await fetchHolders(database, keys);
  const numbers = identities.map(({ number }) => number).filter((number) => number > 0);
  const existing = await fetchExisting(database, numbers);
  const holdings = { holder: (key: string) => holders.get(key) ?? 0, exists: (id: number) => existing.has(id) };
  const fates: Fate[] = [];
  for (const [place, one] of list.entries()) {
    const identity = identities[place]!;
    const own = holdings.holder(ownKey(source, one.identifier));
    const { id, by } = matchRecord(identity, holdings);
    const held = new Set(broughtKeys(identity, false).map((key) => holdings.holder(key)));
    held.delete(0);
    const found: Found =
      held.size > 1
        ? { kind: 'ambiguous', ids: [...held] }
        : id > 0
          ? { kind: 'identified', id, by }
          : own > 0
            ? { kind: 'matched', id: own, by: 'its identifier at the source' }
            : await similarTo(one, identity, context);
    fates.push(fateOf(one, identity, found, context));
  }
  return fates;
}

type Found =
  | { readonly kind: 'none' }
  /** By an identifier, which the writer will find too. */
  | { readonly kind: 'identified'; readonly id: number; readonly by: string }
  | { readonly kind: 'matched'; readonly id: number; readonly by: string }
  | { readonly kind: 'ambiguous'; readonly ids: readonly number[] };

async function similarTo({ record, deletes }: Working, identity: Identity, context: PrepareContext): Promise<Found> {
  const { profile } = context.source.steps.match;
  if (profile === 'strict' || deletes) return { kind: 'none' };
  const isSame = ({ id, record: ours }: RecordVersion): boolean =>
    sameContent(withNumber(record!, identity, id), withoutOwnLinks(ours, id));
  const found = await findSimilar(context.database, await context.snapshot(), record!, profile, isSame);
  return found.kind === 'matched' ? { ...found, by: 'title, authors, year or abstract' } : found;
}

function fateOf(one: Working, identity: Identity, found: Found, { source, tally }: PrepareContext): Fate {
  const { mode, steps, deleted } = source;
  const record = one.record!;
  const id = found.kind === 'identified' || found.kind === 'matched' ? found.id : 0;
  const numbered = id === 0 ? record : withNumber(record, identity, id);
  if (one.deletes) {
    tally.count('match', id > 0 ? 'deletions' : 'deletions of what is not here');
    if (found.kind === 'none') return { kind: 'drop', why: 'It is deleted there, and the library does not have it.' };
    // Others may have made the record: this source only says that it has it no more.
    const isOurs = one.earlier?.made === true && found.kind !== 'ambiguous';
    const known = foundText(found);
    if (deleted === 'hold')
      return { kind: 'hold', id, record: numbered, known, why: 'Deletions wait (--deleted hold).' };
    if (!isOurs)
      return { kind: 'hold', id, record: numbered, known, why: 'Others may have made it, so its deletion waits.' };
    return found.kind === 'identified'
      ? { kind: 'write', bytes: one.bytes!, record, identity, why: known }
      : { kind: 'write-to', id, record: numbered, why: known };
  }
  const way = found.kind === 'none' ? 'new' : found.kind === 'ambiguous' ? 'ambiguous' : 'matched';
  tally.count('match', way);
  const wish = steps.match[way];
  const marked = id === 0 ? withOwnKey(record, source, one.identifier) : numbered;
  const known = foundText(found);
  const because = (reason: string): string => sentences(known, reason);
  const held = (why: string): Extract<Fate, { kind: 'hold' }> => ({ kind: 'hold', id, record: marked, known, why });
  if (one.held === true) return held('--hold finds it.');
  if (wish === 'hold') return held(`--${way} hold.`);
  if (wish === 'drop') return { kind: 'drop', why: because(`--${way} drop.`) };
  if (id > 0 && mode === 'insert') return { kind: 'drop', why: because('The mode insert adds new records only.') };
  if (id === 0 && mode !== 'insert' && mode !== 'insert-or-replace' && mode !== 'hold')
    return { kind: 'drop', why: because(`The mode ${mode} adds no new records.`) };
  // One of its identifiers is that of another record, so it cannot be written as it is.
  if (found.kind === 'ambiguous' && identifiesSome(identity, found))
    return { ...held('It cannot be one of them and leave the others.'), id: 0 };
  if (mode === 'hold') return held('The mode is hold.');
  return found.kind === 'matched'
    ? { kind: 'write-to', id, record: numbered, why: known }
    : { kind: 'write', bytes: one.bytes!, record, identity, why: known };
}

/** Numbers that are told. */
const mostNamed = 5;

function foundText(found: Found): string | undefined {
  if (found.kind === 'none') return undefined;
  if (found.kind !== 'ambiguous') return `Record ${found.id} is the same by ${found.by}.`;
  const named = found.ids.slice(0, mostNamed).join(', ');
  return `It may be ${found.ids.length === 1 ? 'record' : 'one of'} ${named}${found.ids.length > mostNamed ? ', ...' : ''}.`;
}

function identifiesSome(identity: Identity, found: Extract<Found, { kind: 'ambiguous' }>): boolean {
  return identity.keys.length > 0 && found.ids.length > 1;
}

/**
 * The record as a version of one of ours: its number in 001, what stood there in 035, and no 005,
 * which says nothing of our versions.
 */
export function withNumber(record: MarcRecord, identity: Identity, id: number): MarcRecord {
  const fields = record.fields.filter(({ tag }) => tag !== '001' && tag !== '003' && tag !== '005');
  if (identity.control !== '') keepControl(fields, foreignControl(identity));
  return { leader: record.leader, fields: [controlField('001', String(id)), ...fields] };
}

/**
 * By what a record is known that a person accepts later: 035 with the source, as harvests have it.
 */
function ownKey(source: Source, identifier: string): string {
  return `oai ${source.name}:${identifier}`;
}

/** Whoever accepts it does not know the source: its 001 without 003 would be a number of ours. */
function withOwnKey(record: MarcRecord, source: Source, identifier: string): MarcRecord {
  const field = dataField('035', ' ', ' ', [
    { code: '9', value: source.name },
    { code: 'a', value: identifier },
  ]);
  return { leader: record.leader, fields: [...withSource(record, source.name).fields, field] };
}
