import sql from 'sql-template-tag';
import { recordLabel } from '../../marc/problem.ts';
import type { Database } from '../../store/database.ts';
import type { SharedLease } from '../../store/lease.ts';
import { knownBy } from '../identifiers.ts';
import type { WriteMode } from '../modes.ts';
import { BatchView } from './batch-view.ts';
import type { Batch } from './batches.ts';
import { isAccepted, outcomesOf, type RecordOutcome } from './outcome.ts';
import type { PendingKeys } from './pending.ts';
import { type Plan, planBatch } from './plan.ts';
import {
  type Identified,
  type Outcome,
  outcomes,
  type ProgressRow,
  type RefusedRaw,
  type WrittenBatch,
} from './protocol.ts';
import type { Rejects } from './rejects.ts';
import { type LoadWorker, WorkerFailure } from './worker-handle.ts';

/** How far a load is. */
export interface LoadTotals {
  /** Records of the input that are done. */
  readonly position: number;
  readonly inserted: number;
  readonly replaced: number;
  /** Changes of an older version that were joined with what others made of it since. */
  readonly merged: number;
  /** Those that would have changed nothing. */
  readonly unchanged: number;
  /** They wait for a person: `reperio held`. */
  readonly held: number;
  /** By records that ask for it (leader/05 d), and such that found nothing to delete. */
  readonly deleted: number;
  readonly passedOver: number;
  readonly refused: number;
  /** Bytes of records done by this run. */
  readonly bytes: number;
}

export const noneDone: Omit<LoadTotals, 'position'> = {
  inserted: 0,
  replaced: 0,
  merged: 0,
  unchanged: 0,
  held: 0,
  deleted: 0,
  passedOver: 0,
  refused: 0,
  bytes: 0,
};

export interface CoordinatorOptions {
  readonly database: Database;
  readonly workers: readonly LoadWorker[];
  readonly mode: WriteMode;
  /** A record that is not there may get the number in its 001. */
  readonly force: boolean;
  /** Match, but write nothing. */
  readonly dryRun: boolean;
  /** What is not in the database: of batches, and in a dry run of the files before this one. */
  readonly pending: PendingKeys;
  readonly rejects: Rejects;
  /** The right to give out numbers. */
  readonly numbers: SharedLease;
  /** Where the load stands in load_progress before its first batch. */
  readonly progress: ProgressRow;
  readonly onProgress: (totals: LoadTotals) => void;
  readonly onWarning: (sentence: string) => void;
  readonly onRefused: (refused: RefusedRaw) => void;
  /** What became of the records of a batch, in the order of the input. */
  readonly onOutcomes: (outcomes: readonly RecordOutcome[]) => void;
  /** A sentence about the input. */
  readonly onNotice: (sentence: string) => void;
}

/**
 * Batches that workers hold at once, for each: one is written while the next is read and
 * identified.
 */
const batchesPerWorker = 2;
const mostAttempts = 5;
/**
 * Those who insert single records wait this long at least for each other's turn, so that they do
 * not stop the load, in ms.
 */
const letPassEvery = 1_000;

interface Job {
  readonly batch: Batch;
  readonly worker: LoadWorker;
  readonly identified: Promise<Identified>;
  /** The batch before this one is committed. */
  readonly previous: Promise<void>;
  readonly committed: PromiseWithResolvers<void>;
  /** What the database was found to refuse, by index. */
  readonly bad: Map<number, string>;
  /** By what records are known behind these, where the plan expected something else, by index. */
  actual: ReadonlyMap<number, readonly string[]>;
  /** How many surprises were committed when it was planned. */
  surprisesBefore: number;
  attempts: number;
  /** Raised when it is planned anew: what still waits for the old plan gives up. */
  round: number;
  plan: Promise<Plan>;
  written: Promise<WrittenBatch>;
}

/**
 * Leads batches through the workers: identified and written in parallel, matched and committed in
 * the order of the input. A batch that cannot be committed as it was planned (somebody else
 * inserted records, gave an identifier away, or the database refuses a record) is rolled back with
 * all behind it, and they are planned anew.
 */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #pending: PendingKeys;
  readonly #jobs: Job[] = [];
  /** For each worker: its last batch has been told to write. */
  readonly #sent = new Map<LoadWorker, Promise<void>>();
  #planned: Promise<unknown> = Promise.resolve();
  #lastCommitted: Promise<void> = Promise.resolve();
  /** A 001 without 003 is our number up to here. */
  readonly #known: number;
  #nextId = 0;
  #letPassAt = performance.now();
  /** Batches that did not become what their plan expected, and are committed. */
  #surprises = 0;
  #ended = false;
  /** Batches are being made ready to be planned anew. */
  #recovering = false;
  #changed = Promise.withResolvers<void>();
  #totals: LoadTotals;
  #progress: ProgressRow;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#pending = options.pending;
    this.#known = Math.max(options.progress.lastIdBefore, options.pending.highest);
    this.#progress = options.progress;
    this.#totals = { position: options.progress.position, ...noneDone };
  }

  /**
   * Resolves when all batches are committed; rejects with everything up to some batch committed.
   */
  async run(batches: AsyncIterable<Batch>): Promise<LoadTotals> {
    // A dry run gives numbers after those of the files before this one.
    this.#nextId = Math.max(await this.#lastId(), this.#pending.highest);
    await Promise.all([this.#read(batches), this.#commitAll()]);
    return this.#totals;
  }

  get totals(): LoadTotals {
    return this.#totals;
  }

  /** How far the input is done, as load_progress has it. */
  get progress(): ProgressRow {
    return this.#progress;
  }

  async #read(batches: AsyncIterable<Batch>): Promise<void> {
    const most = this.#options.workers.length * batchesPerWorker;
    for await (const batch of batches) {
      // What began meanwhile would be planned by what is about to be planned anew, and be in front
      // of it at its worker.
      while (this.#recovering) await this.#changed.promise;
      this.#begin(batch);
      this.#notify();
      while (this.#jobs.length >= most) await this.#changed.promise;
    }
    this.#ended = true;
    this.#notify();
  }

  async #commitAll(): Promise<void> {
    for (;;) {
      const job = this.#jobs[0];
      if (job !== undefined) {
        await this.#commit(job);
        this.#jobs.shift();
        job.committed.resolve();
        this.#notify();
      } else if (this.#ended) {
        return;
      } else {
        await this.#changed.promise;
      }
    }
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #begin(batch: Batch): void {
    const { workers } = this.#options;
    const worker = workers[batch.number % workers.length]!;
    const { data, ends, positions, format, number } = batch;
    const identified = worker.call('identify', { batch: number, format, data, ends, positions }, [data]);
    const job: Job = {
      batch,
      worker,
      identified,
      previous: this.#lastCommitted,
      committed: Promise.withResolvers<void>(),
      bad: new Map(),
      actual: new Map(),
      surprisesBefore: 0,
      attempts: 0,
      round: 0,
      ...this.#start(() => job, 0),
    };
    this.#lastCommitted = job.committed.promise;
    this.#jobs.push(job);
  }

  /**
   * Plans after all that were planned before, then writes. `job` is asked for later, since it is
   * being made.
   */
  #start(job: () => Job, round: number): Pick<Job, 'plan' | 'written'> {
    const plan = this.#planned.then(() => this.#plan(job()));
    this.#planned = plan.catch(() => undefined);
    const written = plan.then((made) => this.#write(job(), made, round));
    // Looked at when its turn comes; until then a failure is nobody's.
    written.catch(() => undefined);
    return { plan, written };
  }

  async #plan(job: Job): Promise<Plan> {
    const { database, mode, force } = this.#options;
    const { identities, ruled } = await job.identified;
    await this.#letOthersInsert(job);
    const view = new BatchView(this.#pending);
    job.surprisesBefore = this.#surprises;
    const known = this.#known;
    await view.load(database, mode, identities, known);
    const { batch, bad, actual } = job;
    const plan = planBatch({ batch, identities, ruled, bad, actual, mode, force, view, lastId: this.#nextId, known });
    this.#nextId = plan.lastIdAfter;
    view.publish(batch.number);
    return plan;
  }

  /**
   * Records that are inserted one by one get their numbers between two batches; then all before
   * must be committed.
   */
  async #letOthersInsert(job: Job): Promise<void> {
    const { numbers, dryRun } = this.#options;
    if (dryRun || performance.now() - this.#letPassAt < letPassEvery || !(await numbers.waiters())) return;
    await job.previous;
    await numbers.letPass();
    this.#nextId = await this.#lastId();
    this.#letPassAt = performance.now();
  }

  async #write(job: Job, plan: Plan, round: number): Promise<WrittenBatch> {
    const { worker } = job;
    if (job.round !== round) throw new PlannedAnew();
    if (this.#options.dryRun) return await worker.call('weigh', plan.order);
    // A worker has one connection: whoever began before the batch in front of it would wait for its
    // turn with it for ever.
    const before = this.#sent.get(worker);
    const sent = Promise.withResolvers<void>();
    this.#sent.set(worker, sent.promise);
    try {
      await before;
      if (plan.afterOthers) await job.previous;
      if (job.round !== round) throw new PlannedAnew();
      const written = worker.call('write', plan.order);
      sent.resolve();
      return await written;
    } finally {
      sent.resolve();
    }
  }

  async #commit(job: Job): Promise<void> {
    for (;;) {
      const { rejects } = this.#options;
      const mark = rejects.mark;
      try {
        const plan = await job.plan;
        const written = await job.written;
        this.#lookAtSurprises(job, plan, written);
        const refused = await this.#refused(job, plan, written);
        await rejects.add(job.batch.format, refused);
        const progress = this.#progressAfter(job, written, refused.length);
        if (!this.#options.dryRun) {
          const { lastIdBefore, lastIdAfter } = plan;
          await job.worker.call('commit', { batch: job.batch.number, lastIdBefore, lastIdAfter, progress });
        }
        this.#done(job, plan, written, refused.length, progress);
        this.#options.onOutcomes(outcomesOf(job.batch, plan, written, refused));
        for (const one of refused) this.#options.onRefused(one);
        for (const sentence of job.batch.notices) this.#options.onNotice(sentence);
        const { warnings, identities } = await job.identified;
        const passed = plan.passedOver.map((index) => {
          const label = recordLabel(job.batch.positions[index]!, identities[index]!.control);
          return `${label} is a deletion (leader/05 d) of a record that this library does not have.`;
        });
        for (const sentence of [...warnings, ...passed, ...written.warnings]) this.#options.onWarning(sentence);
        await job.worker.call('release', { batch: job.batch.number });
        return;
      } catch (error) {
        await rejects.backTo(mark);
        this.#recovering = true;
        try {
          await this.#recover(job, error);
        } finally {
          this.#recovering = false;
          this.#notify();
        }
      }
    }
  }

  /**
   * A plan that relied on what did not come so is made again. This is about identifiers that one
   * record of an input gives away or is denied, and another one brings.
   */
  #lookAtSurprises(job: Job, { asksPending, asksItself }: Plan, { surprises }: WrittenBatch): void {
    // A dry run keeps what it expects, since the database knows nothing of it.
    if (this.#options.dryRun) return;
    if (asksPending && job.surprisesBefore !== this.#surprises) throw new OtherwiseThanPlanned();
    if (!asksItself) return;
    if (learnt(job, surprises)) throw new OtherwiseThanPlanned();
  }

  /** Everything that this batch refuses, in the order of the input. */
  async #refused(job: Job, plan: Plan, written: WrittenBatch): Promise<readonly RefusedRaw[]> {
    const { batch } = job;
    const { refused, identities } = await job.identified;
    const refusals = [...plan.refusals, ...written.refusals];
    const indexes = refusals.map((refusal) => refusal.index);
    const raws = indexes.length === 0 ? [] : await job.worker.call('raw', { batch: batch.number, indexes });
    const matched = refusals.map(
      ({ index, reason }, place): RefusedRaw => ({
        position: batch.positions[index]!,
        control001: identities[index]!.control || undefined,
        known: knownBy(identities[index]!),
        reason,
        raw: raws[place]!,
      }),
    );
    return [...batch.refused, ...refused, ...matched].sort((a, b) => a.position - b.position);
  }

  #progressAfter(job: Job, written: WrittenBatch, refused: number): ProgressRow {
    return {
      ...this.#progress,
      position: job.batch.lastPosition,
      accepted: this.#progress.accepted + written.outcomes.filter(isAccepted).length,
      refused: this.#progress.refused + refused,
      prefix: job.batch.prefix,
    };
  }

  #done(job: Job, { passedOver }: Plan, written: WrittenBatch, refused: number, progress: ProgressRow): void {
    // A dry run leaves nothing in the database that would remember instead.
    if (!this.#options.dryRun) this.#pending.committed(job.batch.number);
    this.#progress = progress;
    if (written.surprises.length > 0 && !this.#options.dryRun) this.#surprises++;
    const totals = this.#totals;
    const of = (outcome: Outcome) => written.outcomes.filter((one) => outcomes[one] === outcome).length;
    this.#totals = {
      position: progress.position,
      inserted: totals.inserted + of('inserted'),
      replaced: totals.replaced + of('replaced'),
      merged: totals.merged + of('merged'),
      unchanged: totals.unchanged + of('unchanged'),
      held: totals.held + of('held'),
      deleted: totals.deleted + of('deleted'),
      passedOver: totals.passedOver + passedOver.length,
      refused: totals.refused + refused,
      bytes: totals.bytes + job.batch.bytes,
    };
    this.#options.onProgress(this.#totals);
  }

  /** Makes ready to try this batch and those behind it again; throws what cannot be repaired. */
  async #recover(job: Job, error: unknown): Promise<void> {
    const order = await job.plan.then((plan) => plan.order);
    const isOtherwise = error instanceof OtherwiseThanPlanned;
    if (!isOtherwise) job.attempts++;
    if (!(isOtherwise || error instanceof WorkerFailure) || job.attempts > mostAttempts) throw error;
    const { kind, code } = isOtherwise ? { kind: undefined, code: '' } : error.failure;
    const refusedByDatabase = kind === 'record' && /^(22|23|54)/.test(code);
    const passing = isOtherwise || kind === 'numbers-moved' || (kind === 'record' && code === '40P01');
    if (!passing && !refusedByDatabase) throw error;
    for (const waiting of this.#jobs) waiting.round++;
    for (const waiting of this.#jobs) {
      await waiting.plan;
      await waiting.worker.call('abort', { batch: waiting.batch.number });
    }
    // What clashes by a plan that was wrong of its own records is no fault of any of them.
    const isMisplanned =
      refusedByDatabase &&
      (await job.plan).asksItself &&
      learnt(job, (await job.worker.call('weigh', order)).surprises);
    if (isMisplanned) job.attempts--;
    // An identifier given away meanwhile is seen by matching again; whatever else is in the
    // records.
    else if (refusedByDatabase && (code !== '23505' || job.attempts > 1)) {
      const bad = await job.worker.call('diagnose', order);
      if (bad.length === 0 && job.attempts > 2) throw error;
      for (const { index, reason } of bad) job.bad.set(index, reason);
    }
    this.#pending.clear();
    this.#sent.clear();
    this.#nextId = await this.#lastId();
    for (const waiting of this.#jobs)
      Object.assign(
        waiting,
        this.#start(() => waiting, waiting.round),
      );
  }

  async #lastId(): Promise<number> {
    const [row] = await this.#options.database.query<{ last_id: number }>(sql`SELECT last_id FROM record_counter`);
    return row!.last_id;
  }
}

/**
 * Keeps by what records of a batch are known, where its plan expected something else; false: it is
 * known already. Each time the plan is right for one record more at least.
 */
function learnt(job: Pick<Job, 'actual'>, surprises: WrittenBatch['surprises']): boolean {
  const before = JSON.stringify([...job.actual]);
  job.actual = new Map(surprises.map(({ index, keys }) => [index, keys]));
  return JSON.stringify([...job.actual]) !== before;
}

/** A batch did not become what its plan, or that of a batch behind it, relied on. */
class OtherwiseThanPlanned extends Error {}

/** Of a write of an earlier plan: nobody waits for it. */
class PlannedAnew extends Error {}
