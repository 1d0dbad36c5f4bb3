import sql from 'sql-template-tag';
import { deltaOf, indexVersion, type OnProblem, type RecordVersion } from '../../index/entry.ts';
import { createInverter, type Inverter } from '../../index/segment/inverter.ts';
import { bytesInMemory, storeSegment, writeSegmentFile } from '../../index/segment-store.ts';
import { encodeStored } from '../../marc/stored.ts';
import { CopyRows } from '../../store/copy-rows.ts';
import type { Transaction } from '../../store/database.ts';
import { noteRecords, type RecordChange } from '../../store/events.ts';
import { holdRecords } from '../hold.ts';
import { splitKey } from '../identifiers.ts';
import { removeKeys } from '../matching.ts';
import type { BatchContext } from './batch-context.ts';
import type { RawBatch } from './batch-store.ts';
import type { BatchDecider, DecidedPiece, DecidedRecord } from './decide-batch.ts';

/**
 * Up to this many records and bytes a batch leaves deltas, which the indexer folds with others and
 * every process that searches holds in memory, instead of a segment of its own.
 */
const mostDeltas = 100;
const mostDeltaBytes = 2_000_000;

const copyStatement = 'COPY record (id, created, modified, revision, deleted, person, marc) FROM STDIN (FORMAT binary)';

/** Writes what was decided of a batch: rows of records, and what the index knows of them. */
export class BatchRows {
  readonly #context: BatchContext;
  readonly #decider: BatchDecider;
  readonly #asDeltas: boolean;
  readonly #keys = new CopyRows();
  readonly #superseded = new CopyRows();
  #supersededCount = 0;
  readonly #deltas: { readonly version: RecordVersion; readonly data: Buffer }[] = [];
  readonly #inverter: Inverter;
  readonly #changes: RecordChange[] = [];
  readonly #unindexed: OnProblem = (record, reason) =>
    void this.#decider.warnings.push(`Record ${record} could not be indexed completely: ${reason}.`);

  constructor(context: BatchContext, batch: RawBatch, decider: BatchDecider) {
    this.#context = context;
    this.#decider = decider;
    this.#asDeltas = batch.count <= mostDeltas && batch.data.byteLength <= mostDeltaBytes;
    this.#inverter = createInverter(context.analyzer.versions);
  }

  /** Everything that the content of a record can make fail. */
  async copyAll(transaction: Transaction): Promise<void> {
    for await (const piece of this.#decider.pieces(transaction, true)) {
      if (piece.replaced.length === 0) await this.#copyNew(transaction, piece);
      else await this.#copyReplaced(transaction, piece);
    }
    await this.#copyRest(transaction);
    await this.#copyHeld(transaction);
    await noteRecords(transaction, this.#changes);
  }

  /**
   * COPYs new records, and analyses each on the way, so that the server stores while this thread
   * works.
   */
  async #copyNew(transaction: Transaction, { records }: DecidedPiece): Promise<void> {
    const rows = new CopyRows();
    const stream = transaction.copyIn(copyStatement);
    for (const decided of records) {
      this.#take(rows, decided);
      if (rows.full) await rows.flush(stream);
    }
    await rows.end(stream);
  }

  /**
   * Keeps the versions that are replaced as revisions, and takes them out of the way of COPY. Which
   * ones they are is known when all of the piece are decided; until then rows wait, and no records.
   */
  async #copyReplaced(transaction: Transaction, { records }: DecidedPiece): Promise<void> {
    const rows = new CopyRows();
    const gone: string[] = [];
    const ids: number[] = [];
    for (const decided of records) {
      gone.push(...without(decided.keysBefore, decided.keysAfter));
      if (this.#take(rows, decided)) ids.push(decided.id);
    }
    await removeKeys(transaction, gone);
    if (ids.length === 0) return;
    await transaction.query(sql`
      WITH gone AS (
        DELETE FROM record WHERE id = ANY (${ids}::integer[])
        RETURNING id, revision, modified, deleted, person, marc)
      INSERT INTO revision (record_id, revision, modified, deleted, person, reason, marc)
      SELECT id, revision, modified, deleted, person, ${this.#context.reason}, marc FROM gone`);
    await rows.end(transaction.copyIn(copyStatement));
  }

  /** Its keys, its newest version and what the index knows of it. Is there a new version? */
  #take(rows: CopyRows, { id, versions, keysBefore, keysAfter }: DecidedRecord): boolean {
    this.#addKeys(id, without(keysAfter, keysBefore));
    const last = versions.at(-1);
    if (last === undefined) return false;
    for (const { version } of versions.slice(0, -1)) this.#supersede(version);
    const { version, marc } = last;
    this.#changes.push({ id, revision: version.revision, before: versions[0]!.version.revision - 1 });
    rows.row(7);
    rows.integer(id);
    rows.time(version.created);
    rows.time(version.modified);
    rows.integer(version.revision);
    rows.boolean(version.deleted);
    rows.optionalText(this.#context.person);
    rows.text(marc);
    const { analyzer } = this.#context;
    if (this.#asDeltas) this.#deltas.push({ version, data: deltaOf(version, analyzer, this.#unindexed) });
    else indexVersion(version, analyzer, this.#inverter, this.#unindexed);
    return true;
  }

  /** Identifiers, and versions that later ones of the same batch replaced. */
  async #copyRest(transaction: Transaction): Promise<void> {
    await this.#keys.end(transaction.copyIn('COPY identifier (kind, value, record_id) FROM STDIN (FORMAT binary)'));
    if (this.#supersededCount === 0) return;
    await this.#superseded.end(
      transaction.copyIn(
        'COPY revision (record_id, revision, modified, deleted, person, reason, marc) FROM STDIN (FORMAT binary)',
      ),
    );
  }

  async #copyHeld(transaction: Transaction): Promise<void> {
    const { mode, run, person, reason } = this.#context;
    const held = this.#decider.held.map(({ id, record, holding }) => ({
      ...{ id, mode, record, holding, reason, person, run },
    }));
    await holdRecords(transaction, held);
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

  #addKeys(id: number, keys: readonly string[]): void {
    for (const key of keys) {
      const { kind, value } = splitKey(key);
      this.#keys.row(3);
      this.#keys.text(kind);
      this.#keys.text(value);
      this.#keys.integer(id);
    }
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
}

function without(keys: readonly string[], others: readonly string[]): readonly string[] {
  if (others.length === 0) return keys;
  const there = new Set(others);
  return keys.filter((key) => !there.has(key));
}
