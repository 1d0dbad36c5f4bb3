import { wouldShow } from '../../access/deleted.ts';
import { mayShow } from '../../access/visible.ts';
import { firstValue } from '../../description/fields.ts';
import { describeWork } from '../../description/work.ts';
import type { RecordVersion } from '../../index/entry.ts';
import { recordIdIn } from '../../index/record-id.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { compilePath } from '../../marc/path.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import type { Person } from '../../people/person.ts';
import { reservedDois } from '../../site/doi-pattern.ts';
import type { Site } from '../../site/site.ts';
import type { ReadVersion } from './read-version.ts';

/**
 * What there is to say of a number: a record; that it was deleted, or merged into another one; or
 * nothing, which is all that anybody learns of a record that they may not see.
 */
export type FoundRecord =
  | { readonly kind: 'shown'; readonly version: ReadVersion }
  | { readonly kind: 'deleted'; readonly id: number; readonly on: Date; readonly tombstone: Tombstone | undefined }
  | { readonly kind: 'merged'; readonly id: number; readonly other: number }
  | { readonly kind: 'unknown' };

/** What a DOI that the library made says of the record that it led to. */
export interface Tombstone {
  readonly doi: string;
  readonly title: string;
}

/** Who asks, and the ways to the database. */
interface RecordReader {
  readonly snapshot: IndexSnapshot;
  readonly person: Person;
  /** As far as it can be shown, in one statement; undefined: there is none. */
  readonly version: (id: number) => Promise<ReadVersion | undefined>;
  /** What a record was before it was deleted. */
  readonly before: (id: number) => Promise<RecordVersion | undefined>;
}

/** A number that no record has, asked for in the place of one of which nothing may be told. */
const noRecord = 0;

const nobody = { created: new Date(0), modified: new Date(0), record: undefined };

const unknown: FoundRecord = { kind: 'unknown' };

/**
 * One statement for a record that is shown. For whatever else there may be two, so that one that is
 * not there takes as long as one that nobody may know of.
 */
export async function findRecord(reader: RecordReader, text: string): Promise<FoundRecord> {
  const { person, snapshot } = reader;
  const id = recordIdIn(text);
  if (id === undefined) return unknown;
  const shown = mayShow(person, snapshot, id);
  // A record that was deleted long ago has left the index. One that may not be seen is not read:
  // its size would show in the time.
  const read = shown === 'no' ? noRecord : id;
  const version = await reader.version(read);
  if (shown === 'yes' && version?.deleted === false) return { kind: 'shown', version };
  const before = await reader.before(read);
  const couldSee = wouldShow(person, snapshot, before ?? version ?? { ...nobody, id });
  if (version === undefined || shown === 'no' || !version.deleted || !couldSee) return unknown;
  const other = Number(firstValue(version.record, '970', 'd') ?? 0);
  if (isNamed(reader, other, id)) return { kind: 'merged', id, other };
  return { kind: 'deleted', id, on: version.modified, tombstone: before && tombstoneOf(before, snapshot.site) };
}

function tombstoneOf({ record }: RecordVersion, { dois, hiddenPaths }: Site): Tombstone | undefined {
  if (dois === undefined) return undefined;
  const { identifiers, title } = describeWork(withoutPaths(record, hiddenPaths.map(compilePath)));
  const reserved = reservedDois(dois);
  const doi = identifiers.find(({ value }) => reserved.test(value))?.value;
  return doi === undefined ? undefined : { doi, title: title ?? '' };
}

/** May it be said into which record another one was merged? Not when that one is not shown. */
function isNamed({ person, snapshot }: RecordReader, other: number, id: number): boolean {
  return Number.isSafeInteger(other) && other > 0 && other !== id && mayShow(person, snapshot, other) !== 'no';
}
