import { titleOfField } from '../../description/titles.ts';
import { requireKnown } from '../../index/require-known.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { type OaiClient, refusal } from './client.ts';
import type { Identify } from './envelope.ts';
import { preparePage } from './prepare.ts';
import { whyOf } from './prepared.ts';
import type { Source } from './source.ts';
import { type StepCounts, StepTally } from './tally.ts';
import { writePage } from './write-page.ts';

export interface Tried {
  readonly identify: Identify;
  readonly counts: StepCounts;
  /** How many the whole list has, if the server says so. */
  readonly size: number | undefined;
  readonly records: readonly TriedRecord[];
  /** Records of the page that were not tried. */
  readonly more: number;
}

export interface TriedRecord {
  readonly identifier: string;
  readonly datestamp: string;
  /** What would become of it. */
  readonly outcome: string;
  /** The record of the library that it would change; 0: none. */
  readonly record: number;
  /** Why: a sentence, or several. */
  readonly message: string | undefined;
  /** The beginning of its title; "" when it has none. */
  readonly title: string;
  /** As MARC; undefined: it could not be read. */
  readonly marc: MarcRecord | undefined;
}

export interface TryContext {
  readonly database: Database;
  readonly client: OaiClient;
  readonly source: Source;
  readonly snapshot: () => Promise<IndexSnapshot>;
}

/** Of a page: each is written and taken back, and somebody waits for it. */
const mostTried = 500;

/** Asks for one page, and says what would become of it. Nothing of it stays. */
export async function trySource({ database, client, source, snapshot }: TryContext): Promise<Tried> {
  const identify = await client.identify();
  const whole = await client.list({ prefix: source.prefix, set: source.sets[0] });
  const page = { ...whole, pieces: whole.pieces.slice(0, mostTried) };
  const error = refusal(
    source.base,
    page.errors.filter(({ code }) => code !== 'noRecordsMatch'),
  );
  if (error !== undefined) throw error;
  const current = requireKnown(await currentSite(database));
  const tally = new StepTally();
  const prepared = await preparePage(page, {
    ...{ database, source, site: current.site, snapshot, again: true, page: 'test', tally },
  });
  const context = {
    database,
    source,
    current,
    indexFolder: undefined,
    person: undefined,
    reason: `harvest ${source.name}`,
  };
  // One by one: a record that the database refuses does not end it.
  const written = await database
    .transaction(async (transaction) => {
      throw new Undone((await writePage(transaction, prepared, context, true)).records);
    })
    .catch((thrown: unknown) => {
      if (thrown instanceof Undone) return thrown.records;
      throw thrown;
    });
  for (const { outcome } of written) tally.count('upload', outcome);
  const before = new Map(prepared.map((one) => [one.identifier, one]));
  const records = written.map(({ identifier, datestamp, outcome, record, message }) => {
    const { fate, record: marc } = before.get(identifier)!;
    return {
      ...{ identifier, datestamp, outcome, marc, title: marc === undefined ? '' : titleOf(marc) },
      message: message ?? whyOf(fate, outcome),
      // A number that a new record would get is nobody's yet.
      record: outcome === 'inserted' ? 0 : record,
    };
  });
  return {
    identify,
    counts: tally.counts,
    size: page.completeListSize,
    records,
    more: whole.pieces.length - page.pieces.length,
  };
}

/** Characters: a line of a terminal has no more. */
const longestTitle = 80;

function titleOf({ fields }: MarcRecord): string {
  const field = fields.find(({ tag }) => tag === '245');
  return field === undefined ? '' : titleOfField(field, longestTitle).slice(0, longestTitle);
}

class Undone extends Error {
  readonly records: Awaited<ReturnType<typeof writePage>>['records'];
  constructor(records: Undone['records']) {
    super('undone');
    this.records = records;
  }
}
