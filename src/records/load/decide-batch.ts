import { UserError } from '../../errors/errors.ts';
import type { RecordVersion } from '../../index/entry.ts';
import { recordLabel } from '../../marc/problem.ts';
import { parseRaw } from '../../marc/readers/parse-raw.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { encodeStored } from '../../marc/stored.ts';
import type { Queryable } from '../../store/database.ts';
import { nothingFound } from '../check-incoming.ts';
import { isDeleted } from '../deletion.ts';
import { recordErrors } from '../errors.ts';
import { expectedKeys, type Identity, identify, keysAfter } from '../identifiers.ts';
import { type Holding, nextVersion, type Standing, typedUnseen, wouldChangeNothing } from '../next-version.ts';
import { creationOf, instructionWarning, stampRecord } from '../version.ts';
import { withSource } from '../with-source.ts';
import type { BatchContext } from './batch-context.ts';
import { type RawBatch, rawRecord } from './batch-store.ts';
import { type AskedBase, type Bases, findBase, piecesOf, readBases, readStanding } from './current-versions.ts';
import { type Place, placesById } from './places.ts';
import { flags, type Outcome, outcomes, type Surprise, type WriteOrder, type WrittenBatch } from './protocol.ts';

/** Records in memory at once, of those that wait. */
const heldAtOnce = 500;

/** What becomes of one record of the library in a batch. */
export interface DecidedRecord {
  readonly id: number;
  /** Its new versions, in order; none: it stays as it is. */
  readonly versions: readonly { readonly version: RecordVersion; readonly marc: string }[];
  readonly keysBefore: readonly string[];
  readonly keysAfter: readonly string[];
}

/** Records that are decided together. They are decided as they are read, one at a time. */
export interface DecidedPiece {
  /** Those of them that the library has. */
  readonly replaced: readonly number[];
  readonly records: Iterable<DecidedRecord>;
}

export interface HeldRecord {
  /** 0: no record of the library. */
  readonly id: number;
  readonly index: number;
  readonly record: MarcRecord;
  readonly holding: Holding;
}

interface Given {
  readonly index: number;
  readonly record: MarcRecord;
  readonly identity: Identity;
  readonly ours: boolean;
}

/** Decides what each record of a batch becomes, when the newest versions are known. */
export class BatchDecider {
  readonly #context: BatchContext;
  readonly #batch: RawBatch;
  readonly #order: WriteOrder;
  readonly #now = new Date();
  readonly #outcomes: Uint8Array;
  readonly #revisions: Int32Array;
  readonly #refusals: WrittenBatch['refusals'][number][] = [];
  readonly #surprises: Surprise[] = [];
  readonly held: HeldRecord[] = [];
  readonly warnings: string[] = [];

  constructor(context: BatchContext, batch: RawBatch, order: WriteOrder) {
    this.#context = context;
    this.#batch = batch;
    this.#order = order;
    this.#outcomes = new Uint8Array(order.ids.length);
    this.#revisions = new Int32Array(order.ids.length);
  }

  written(): WrittenBatch {
    return {
      outcomes: this.#outcomes,
      revisions: this.#revisions,
      refusals: this.#refusals,
      held: this.held.map(({ index, holding: { reason, conflicts, findings = [] } }) => ({
        ...{ index, code: reason },
        ...(conflicts.length > 0 && { conflicts }),
        ...(findings.length > 0 && { findings }),
      })),
      surprises: this.#surprises,
      warnings: this.warnings,
    };
  }

  /** In ascending number of the records, as segments want them. */
  async *pieces(database: Queryable, locks: boolean): AsyncGenerator<DecidedPiece, void, void> {
    const { flags: flagsOf } = this.#order;
    await this.#holdWhatWaits(database);
    const places = placesById(this.#order);
    const changed = places.filter(({ indexes }) => (flagsOf[indexes[0]!]! & flags.replaces) !== 0);
    const byId = new Map(changed.map((place) => [place.id, place]));
    const pieces = await piecesOf(
      database,
      changed.map(({ id }) => id),
      locks,
    );
    const read = async (piece: readonly number[]) => {
      const standing = await readStanding(database, piece);
      return { piece, standing, bases: await readBases(database, this.#askedBases(piece, byId, standing)) };
    };
    let next = pieces[0] === undefined ? undefined : read(pieces[0]);
    for (let place = 1; next !== undefined; place++) {
      const { piece, standing, bases } = await next;
      // The server reads the next ones while these are decided. A failure is told when it is asked
      // for.
      next = pieces[place] === undefined ? undefined : read(pieces[place]!);
      next?.catch(() => undefined);
      yield { replaced: piece, records: this.#decided(piece, byId, standing, bases) };
    }
    const fresh = places.filter(({ id }) => !byId.has(id));
    if (fresh.length > 0) yield { replaced: [], records: this.#fresh(fresh) };
  }

  *#fresh(places: readonly Place[]): Generator<DecidedRecord, void, void> {
    for (const { id, indexes } of places) {
      const given = indexes.map((index) => this.#parse(index));
      yield this.#decide(id, undefined, given, new Map());
    }
  }

  *#decided(
    piece: readonly number[],
    places: ReadonlyMap<number, Place>,
    standing: ReadonlyMap<number, Standing>,
    bases: Bases,
  ): Generator<DecidedRecord, void, void> {
    for (const id of piece) {
      const given = places.get(id)!.indexes.map((index) => this.#parse(index));
      yield this.#decide(id, standing.get(id), given, bases);
    }
  }

  #askedBases(
    piece: readonly number[],
    places: ReadonlyMap<number, Place>,
    standing: ReadonlyMap<number, Standing>,
  ): AskedBase[] {
    if (this.#batch.stamps.size === 0) return [];
    return piece.flatMap((id) =>
      places.get(id)!.indexes.flatMap((index) => {
        const [there, stamp] = [standing.get(id), this.#batch.stamps.get(index)];
        return there === undefined || stamp === undefined ? [] : [{ standing: there, stamp }];
      }),
    );
  }

  #decide(id: number, standing: Standing | undefined, list: readonly Given[], bases: Bases): DecidedRecord {
    const keysBefore = standing?.keys ?? [];
    const versions: { version: RecordVersion; marc: string }[] = [];
    const seen: Standing[] = standing === undefined ? [] : [standing];
    let surprised = false;
    for (const given of list) {
      const { index, identity, ours } = given;
      const current = seen.at(-1);
      if (current === undefined) {
        const flag = this.#order.flags[index]!;
        const [isReplaced, isDeletion] = [(flag & flags.replaces) !== 0, (flag & flags.deletes) !== 0];
        // It was there when the batch was planned, or it is known to this dry run only.
        if (isReplaced) {
          if (this.#context.dryRun) this.#foresee(given, isDeletion);
          else this.#refuse(index, new UserError(recordErrors.unknown, { record: this.#label(given) }));
          continue;
        }
        const made = this.#insert(id, given);
        versions.push(made);
        seen.push(standingOf(made, keysAfter(identity, id, ours, [])));
        this.#done(index, 'inserted', 1);
        continue;
      }
      const keys = this.#next(given, current, seen, bases, versions);
      const { mode } = this.#context;
      const expected = expectedKeys(mode, identity, { id, ours }, current.keys);
      surprised ||= !sameKeys(keys, expected);
      if (surprised) this.#surprises.push({ index, keys });
      if (seen.at(-1) === current) seen[seen.length - 1] = { ...current, keys };
    }
    return { id, versions, keysBefore, keysAfter: seen.at(-1)?.keys ?? [] };
  }

  /** By what the record is known then. */
  #next(
    given: Given,
    current: Standing,
    seen: Standing[],
    bases: Bases,
    versions: { version: RecordVersion; marc: string }[],
  ): readonly string[] {
    const { mode } = this.#context;
    const { index, record } = given;
    const find = (stamp: Date) => findBase(bases, seen, stamp);
    const checked = this.#batch.checked.get(index);
    const verdict = nextVersion(current, { ...given, mode, checked }, this.#context, find, this.#now);
    switch (verdict.kind) {
      case 'refused': {
        const values = { ...verdict.values, record: this.#label(given) };
        this.#refuse(index, new UserError(verdict.error, values));
        return current.keys;
      }
      case 'held':
        this.held.push({ id: current.id, index, record: withSource(record, this.#context.source), holding: verdict });
        this.#done(index, 'held', current.revision);
        return current.keys;
      case 'unchanged':
        this.#done(index, 'unchanged', current.revision);
        return verdict.keys;
      case 'write':
        this.#warn(index, current.id, verdict.outcome === 'deleted' ? undefined : instructionWarning(record));
        this.#warnOfRules(given, verdict.warnings);
        versions.push(verdict);
        seen.push({ ...standingOf(verdict, verdict.keys), aliases: current.aliases });
        this.#done(index, verdict.outcome, verdict.version.revision);
        return verdict.keys;
    }
  }

  #insert(id: number, given: Given): { version: RecordVersion; marc: string } {
    const { index, record: content, identity, ours } = given;
    this.#warnOfRules(given, this.#batch.checked.get(index)?.warnings);
    const { created, warning } = creationOf(content, this.#now);
    this.#warn(index, id, warning);
    this.#warn(index, id, instructionWarning(content));
    const record = stampRecord(content, identity, { id, ours, modified: this.#now });
    const version = { id, revision: 1, deleted: isDeleted(record), created, modified: this.#now, record };
    return { version, marc: encodeStored(record) };
  }

  /** Of a record that this dry run alone knows of. */
  #foresee(given: Given, isDeletion: boolean): void {
    const { index } = given;
    const { refusal, holds } = this.#batch.checked.get(index) ?? nothingFound;
    if (refusal !== undefined)
      this.#refuse(index, new UserError(refusal.error, { record: this.#label(given), ...refusal.values }));
    else this.#done(index, isDeletion ? 'deleted' : holds.length > 0 ? 'held' : 'replaced', 0);
  }

  async #holdWhatWaits(database: Queryable): Promise<void> {
    const { ids, flags: flagsOf } = this.#order;
    const waiting = Array.from(ids.keys()).filter((index) => (flagsOf[index]! & flags.holds) !== 0);
    for (let from = 0; from < waiting.length; from += heldAtOnce) {
      const some = waiting.slice(from, from + heldAtOnce);
      const known = new Set(some.map((index) => ids[index]!).filter((id) => id > 0));
      const standing = known.size === 0 ? new Map() : await readStanding(database, [...known]);
      for (const index of some) this.#holdWhole(index, standing.get(ids[index]!));
    }
  }

  #holdWhole(index: number, standing: Standing | undefined): void {
    const given = this.#parse(index);
    const findings = this.#batch.checked.get(index)?.holds ?? [];
    const typed = standing === undefined ? undefined : typedUnseen(given.record, this.#context);
    if (typed !== undefined) {
      const values = { id: standing!.id, paths: typed, record: this.#label(given) };
      this.#refuse(index, new UserError(recordErrors.hiddenTyped, values));
      return;
    }
    if (standing !== undefined && wouldChangeNothing(standing, given, this.#context)) {
      this.#done(index, 'unchanged', standing.revision);
      return;
    }
    const reason = findings.length === 0 ? 'ASKED' : 'CHECK';
    const holding: Holding = { kind: 'held', reason, conflicts: [], base: undefined, findings };
    const record = withSource(given.record, this.#context.source);
    this.held.push({ id: this.#order.ids[index]!, index, record, holding });
    this.#done(index, 'held', 0);
  }

  #done(index: number, outcome: Outcome, revision: number): void {
    this.#outcomes[index] = outcomes.indexOf(outcome);
    this.#revisions[index] = revision;
  }

  #refuse(index: number, { code, message, hint }: UserError): void {
    this.#done(index, 'refused', 0);
    this.#refusals.push({ index, reason: { code, message, hint } });
  }

  #label({ index, identity }: Given): string {
    return recordLabel(this.#batch.positions[index]!, identity.control);
  }

  #warnOfRules(given: Given, found: readonly string[] = []): void {
    for (const text of found) this.warnings.push(`${this.#label(given)} breaks ${text}.`);
  }

  #warn(index: number, id: number, what: string | undefined): void {
    if (what === undefined) return;
    const here = this.#context.dryRun ? '' : ` (record ${id} here)`;
    this.warnings.push(`Record ${this.#batch.positions[index]}${here}: ${what}.`);
  }

  #parse(index: number): Given {
    const ours = (this.#order.flags[index]! & flags.ours) !== 0;
    const known = this.#batch.read.get(index);
    if (known !== undefined) return { index, record: known.record, identity: known.identity, ours };
    const raw = { position: this.#batch.positions[index]!, bytes: rawRecord(this.#batch, index) };
    const result = parseRaw(this.#batch.format, raw, this.#context.encoding);
    if (result.kind === 'refused') throw new Error(`record ${result.position} was readable a moment ago`);
    const identity = identify(result.record, this.#context.source, result.harvested);
    return { index, record: result.record, identity, ours };
  }
}

function standingOf({ version, marc }: { version: RecordVersion; marc: string }, keys: readonly string[]): Standing {
  const { id, revision, created, modified, deleted } = version;
  return { id, revision, created, modified, deleted, marc, keys };
}

function sameKeys(one: readonly string[], other: readonly string[]): boolean {
  if (one === other) return true;
  const there = new Set(other);
  return one.length === there.size && one.every((key) => there.has(key));
}
