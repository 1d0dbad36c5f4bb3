import sql from 'sql-template-tag';
import type { Analyzer } from '../../index/analysis/analyzer.ts';
import { deltaOf, indexVersion, type OnProblem, type RecordVersion } from '../../index/entry.ts';
import { publish, wake } from '../../index/manifest.ts';
import { createInverter, type Inverter } from '../../index/segment/inverter.ts';
import { bytesInMemory, type SegmentOrigin, storeSegment, writeSegmentFile } from '../../index/segment-store.ts';
import { parseRaw } from '../../marc/readers/parse-raw.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { decodeStored, encodeStored, leaderOfStored } from '../../marc/stored.ts';
import { CopyRows } from '../../store/copy-rows.ts';
import type { Database, Queryable, Transaction } from '../../store/database.ts';
import { isDeleted, markDeleted } from '../deletion.ts';
import { type Identity, identify, keysAfter, splitKey } from '../identifiers.ts';
import { takeKeys } from '../matching.ts';
import { creationOf, instructionWarning, stampRecord } from '../version.ts';
import { type RawBatch, rawRecord } from './batch-store.ts';
import type { HiddenPaths } from './hidden.ts';
import { type CommitOrder, flags, type WriteOrder, type WrittenBatch } from './protocol.ts';

/**
 * Up to this many records and bytes a batch leaves deltas, which the indexer folds with others and
 * every process that searches holds in memory, instead of a segment of its own.
 */
const mostDeltas = 100;
const mostDeltaBytes = 2_000_000;

export interface BatchContext {
  readonly database: Database;
  readonly analyzer: Analyzer;
  readonly origin: SegmentOrigin;
  readonly indexFolder: string | undefined;
  readonly reason: string;
  readonly person: string | undefined;
  readonly source: string;
  readonly encoding: string | undefined;
  readonly hiddenPaths: HiddenPaths;
}

/** Thrown when another process has assigned record numbers since this batch was numbered. */
export class NumbersMoved extends Error {}

/**
 * One transaction: records, identifiers, revisions, index data; then it calls `ready`, waits for
 * `turn`, and writes what all batches share: counter, progress, manifest. So these rows are locked
 * only for the moment of the commit, and batches commit in the order of the input.
 */
export async function writeBatch(
  context: BatchContext,
  batch: RawBatch,
  order: WriteOrder,
  turn: Promise<CommitOrder>,
  ready: (written: WrittenBatch) => void,
): Promise<void> {
  await context.database.transaction(
    async (transaction) => {
      const rows = new BatchRows(context, batch, order, await lockReplaced(transaction, order, context.reason));
      await rows.copyRecords(transaction);
      await rows.copyRest(transaction);
      const segment = await rows.copyIndex(transaction);
      ready(rows.written());
      await finish(transaction, await turn, segment);
    },
    { timeout: 0 },
  );
}

/** Everything that the content of a record can make fail. */
export async function tryRows(
  context: BatchContext,
  batch: RawBatch,
  order: WriteOrder,
  transaction: Transaction,
): Promise<void> {
  const rows = new BatchRows(context, batch, order, await lockReplaced(transaction, order, context.reason));
  await rows.copyRecords(transaction);
  await rows.copyRest(transaction);
}

async function finish(transaction: Transaction, order: CommitOrder, segment: string | undefined): Promise<void> {
  const { lastIdBefore, lastIdAfter, progress } = order;
  const counted = await transaction.query(
    sql`UPDATE record_counter SET last_id = ${lastIdAfter} WHERE last_id = ${lastIdBefore} RETURNING last_id`,
  );
  if (counted.length === 0) throw new NumbersMoved();
  await saveProgress(transaction, progress);
  if (segment !== undefined) await publish(transaction, { add: [segment], remove: [] });
  else await wake(transaction);
}

async function saveProgress(transaction: Queryable, row: CommitOrder['progress']): Promise<void> {
  await transaction.query(sql`
    INSERT INTO load_progress (input, mode, position, accepted, refused, prefix, last_id_before)
    VALUES (${row.input}, ${row.mode}, ${row.position}, ${row.accepted}, ${row.refused}, ${Buffer.from(row.prefix)},
            ${row.lastIdBefore})
    ON CONFLICT (input, mode) DO UPDATE SET position = excluded.position, accepted = excluded.accepted,
      refused = excluded.refused, prefix = excluded.prefix, last_id_before = excluded.last_id_before,
      finished = false, updated = now()`);
}

interface OldVersion {
  readonly created: Date;
  readonly revision: number;
  /**
   * Of records that go on holding some of it only: those that are deleted, or keep hidden fields.
   */
  readonly record: MarcRecord | undefined;
  readonly leader: string;
  /**
   * What they are known by: all of it of those that are deleted, else what outlasts the version.
   */
  readonly keys: readonly string[];
}

interface OldRow {
  readonly id: number;
  readonly created: Date;
  readonly revision: number;
  readonly marc: string | null;
  readonly beginning: string;
}

/** Characters of a stored record in which its leader ends, also one that is too long. */
const leaderWithin = 400;

/**
 * Keeps the versions that this batch replaces as revisions, and takes them out of the way of COPY.
 */
async function lockReplaced(
  transaction: Transaction,
  order: WriteOrder,
  reason: string,
): Promise<Map<number, OldVersion>> {
  const ids = [...new Set(order.ids.filter((_, index) => (order.flags[index]! & flags.replaces) !== 0))];
  if (ids.length === 0) return new Map();
  const holding = flags.deletes | flags.keepsHidden;
  const held = [...new Set(order.ids.filter((_, index) => (order.flags[index]! & holding) !== 0))];
  const rows = await transaction.query<OldRow>(sql`
    SELECT id, created, revision, CASE WHEN id = ANY (${held}::integer[]) THEN marc END AS marc,
      left(marc, ${leaderWithin}) AS beginning
    FROM record WHERE id = ANY (${ids}::integer[]) ORDER BY id FOR UPDATE`);
  await transaction.query(sql`
    INSERT INTO revision (record_id, revision, modified, deleted, person, reason, marc)
    SELECT id, revision, modified, deleted, person, ${reason}, marc FROM record WHERE id = ANY (${ids}::integer[])`);
  await transaction.query(sql`DELETE FROM record WHERE id = ANY (${ids}::integer[])`);
  const gone = await takeKeys(transaction, ids);
  return new Map(
    rows.map(({ id, created, revision, marc, beginning }) => {
      const record = marc === null ? undefined : decodeStored(marc);
      return [id, { created, revision, record, leader: leaderOfStored(beginning), keys: gone.get(id) ?? [] }];
    }),
  );
}

interface ParsedRecord {
  readonly record: MarcRecord;
  readonly identity: Identity;
}

/** Turns the raw records of a batch into rows and index data, one at a time. */
class BatchRows {
  readonly #context: BatchContext;
  readonly #batch: RawBatch;
  readonly #order: WriteOrder;
  readonly #old: ReadonlyMap<number, OldVersion>;
  readonly #modified = new Date();
  readonly #keys = new CopyRows();
  readonly #superseded = new CopyRows();
  #supersededCount = 0;
  readonly #deltas: { readonly version: RecordVersion; readonly data: Buffer }[] = [];
  readonly #inverter: Inverter;
  readonly #warnings: string[] = [];
  readonly #unindexed: OnProblem = (record, reason) =>
    void this.#warnings.push(`Record ${record} could not be indexed completely: ${reason}.`);
  #inserted = 0;
  #replaced = 0;
  #deleted = 0;

  constructor(context: BatchContext, batch: RawBatch, order: WriteOrder, old: ReadonlyMap<number, OldVersion>) {
    this.#context = context;
    this.#batch = batch;
    this.#order = order;
    this.#old = old;
    this.#inverter = createInverter(context.analyzer.versions);
  }

  written(): WrittenBatch {
    return {
      inserted: this.#inserted,
      replaced: this.#replaced,
      deleted: this.#deleted,
      warnings: this.#warnings,
    };
  }

  /**
   * COPYs the newest versions, and analyses each on the way, so that the server stores while this
   * thread works.
   */
  async copyRecords(transaction: Transaction): Promise<void> {
    const places = placesById(this.#order.ids);
    const asDeltas = places.length <= mostDeltas && this.#batch.data.byteLength <= mostDeltaBytes;
    const rows = new CopyRows();
    const stream = transaction.copyIn(
      'COPY record (id, created, modified, revision, deleted, person, marc) FROM STDIN (FORMAT binary)',
    );
    for (const { id, indexes } of places) {
      const version = this.#newest(id, indexes);
      rows.row(7);
      rows.integer(id);
      rows.time(version.created);
      rows.time(version.modified);
      rows.integer(version.revision);
      rows.boolean(version.deleted);
      rows.optionalText(this.#context.person);
      rows.text(encodeStored(version.record));
      if (asDeltas) this.#deltas.push({ version, data: deltaOf(version, this.#context.analyzer, this.#unindexed) });
      else indexVersion(version, this.#context.analyzer, this.#inverter, this.#unindexed);
      if (rows.full) await rows.flush(stream);
    }
    await rows.end(stream);
  }

  /** Identifiers, and versions that later ones of the same batch replaced. */
  async copyRest(transaction: Transaction): Promise<void> {
    await this.#keys.end(transaction.copyIn('COPY identifier (kind, value, record_id) FROM STDIN (FORMAT binary)'));
    if (this.#supersededCount === 0) return;
    await this.#superseded.end(
      transaction.copyIn(
        'COPY revision (record_id, revision, modified, deleted, person, reason, marc) FROM STDIN (FORMAT binary)',
      ),
    );
  }

  /** Stores the segment, or the deltas of a small batch. The id of the segment, if there is one. */
  async copyIndex(transaction: Transaction): Promise<string | undefined> {
    if (this.#inverter.records > 0) {
      const { origin, indexFolder } = this.#context;
      const data = this.#inverter.finish();
      // Before the commit, so that readers on this node find the file when they learn of it.
      if (indexFolder !== undefined) writeSegmentFile(indexFolder, data);
      await storeSegment(transaction, bytesInMemory(data), origin);
      return data.id;
    }
    if (this.#deltas.length > 0) {
      const rows = new CopyRows();
      const { analysis, format } = this.#context.analyzer.versions;
      for (const { version, data } of this.#deltas) {
        rows.row(5);
        rows.integer(version.id);
        rows.integer(version.revision);
        rows.integer(analysis);
        rows.integer(format);
        rows.bytes(data);
      }
      await rows.end(
        transaction.copyIn('COPY delta (record_id, revision, analysis, format, data) FROM STDIN (FORMAT binary)'),
      );
    }
    return undefined;
  }

  /**
   * Makes the versions of one record that this batch holds, in order; all but the last go to the
   * revisions.
   */
  #newest(id: number, indexes: readonly number[]): RecordVersion {
    const old = this.#old.get(id);
    let { created, revision } = old ?? { created: undefined, revision: 0 };
    let before = old?.record;
    let leaderBefore = old?.leader;
    let keys = old?.keys ?? [];
    let version: RecordVersion | undefined;
    for (const index of indexes) {
      if (version !== undefined) this.#supersede(version);
      const flag = this.#order.flags[index]!;
      if ((flag & flags.deletes) !== 0) {
        if (before === undefined || created === undefined)
          throw new Error(`record ${id} should be deleted but is not there`);
        version = this.#deletion({ id, revision: ++revision, created }, before);
        before = version.record;
        continue;
      }
      const { record: given, identity } = this.#parse(index);
      const keepsHidden = (flag & flags.keepsHidden) !== 0 && before !== undefined;
      const content = keepsHidden ? this.#context.hiddenPaths.withKept(given, before!) : given;
      if ((flag & flags.replaces) === 0) {
        const creation = creationOf(content, this.#modified);
        created = creation.created;
        if (creation.warning !== undefined)
          this.#warnings.push(`Record ${this.#batch.positions[index]} (record ${id} here): ${creation.warning}.`);
        this.#inserted++;
      } else {
        this.#replaced++;
      }
      const instructions = instructionWarning(content);
      if (instructions !== undefined)
        this.#warnings.push(`Record ${this.#batch.positions[index]} (record ${id} here): ${instructions}.`);
      if (created === undefined) throw new Error(`record ${id} should be replaced but is not there`);
      const ours = (flag & flags.ours) !== 0;
      const record = stampRecord(content, identity, { id, ours, modified: this.#modified, leaderBefore });
      revision++;
      version = { id, revision, deleted: isDeleted(record), created, modified: this.#modified, record };
      keys = keysAfter(identity, id, ours, keys);
      before = record;
      leaderBefore = record.leader;
    }
    for (const key of keys) {
      const { kind, value } = splitKey(key);
      this.#keys.row(3);
      this.#keys.text(kind);
      this.#keys.text(value);
      this.#keys.integer(id);
    }
    return version!;
  }

  /** As `record delete` makes it: the record stays what it was, and is marked. */
  #deletion(
    version: { readonly id: number; readonly revision: number; readonly created: Date },
    before: MarcRecord,
  ): RecordVersion {
    this.#deleted++;
    const marked = markDeleted(before);
    const { id } = version;
    const record = stampRecord(marked, identify(marked), { id, ours: true, modified: this.#modified });
    return { ...version, deleted: true, modified: this.#modified, record };
  }

  #supersede(version: RecordVersion): void {
    const rows = this.#superseded;
    rows.row(7);
    rows.integer(version.id);
    rows.integer(version.revision);
    rows.time(version.modified);
    rows.boolean(version.deleted);
    rows.optionalText(this.#context.person);
    rows.text(this.#context.reason);
    rows.text(encodeStored(version.record));
    this.#supersededCount++;
  }

  #parse(index: number): ParsedRecord {
    const raw = { position: this.#batch.positions[index]!, bytes: rawRecord(this.#batch, index) };
    const result = parseRaw(this.#batch.format, raw, this.#context.encoding);
    if (result.kind === 'refused') throw new Error(`record ${result.position} was readable a moment ago`);
    return { record: result.record, identity: identify(result.record, this.#context.source, result.harvested) };
  }
}

interface Place {
  readonly id: number;
  /** Where the versions of this record are in the batch, in order. */
  readonly indexes: readonly number[];
}

/** The records of a batch in ascending number, as segments want them. */
function placesById(ids: Int32Array): readonly Place[] {
  const places = new Map<number, number[]>();
  ids.forEach((id, index) => {
    if (id === 0) return;
    const indexes = places.get(id);
    if (indexes === undefined) places.set(id, [index]);
    else indexes.push(index);
  });
  return [...places].map(([id, indexes]) => ({ id, indexes })).sort((a, b) => a.id - b.id);
}
