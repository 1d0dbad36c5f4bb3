import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Site } from '../site/site.ts';
import type { OnProblem } from './entry.ts';
import type { SegmentData } from './segment/output.ts';
import type { StoredVersion } from './stored-records.ts';

/** What a thread is told: records of a batch, the last of them with `ends`. */
export interface IndexOrder {
  readonly batch: number;
  readonly versions: readonly StoredVersion[];
  readonly ends: boolean;
}

/** What it answers at the end of a batch: a segment, unless it had no record. */
export interface IndexAnswer {
  readonly batch: number;
  readonly segment?: SegmentData;
  readonly problems: readonly (readonly [record: number, reason: string])[];
  readonly failure?: string;
}

/** Index data of one batch in the making. */
export interface IndexingBatch {
  /** In ascending number of the records. */
  add(version: StoredVersion): void;
  /** One segment of each thread that had records. */
  finish(onProblem: OnProblem): Promise<readonly SegmentData[]>;
}

/** Records that cross to a thread together. */
const atOnce = 32;
const mostThreads = 2;

/**
 * Threads that analyse records while their batch is written: most of the work of writing them. They
 * start with the first batch. A batch that is begun ends the one before, which was given up.
 */
export class IndexThreads {
  readonly #site: Site;
  readonly #count: number;
  #threads: readonly IndexThread[] = [];
  #batch = 0;

  constructor(site: Site, count = Math.min(mostThreads, availableParallelism())) {
    this.#site = site;
    this.#count = count;
  }

  begin(): IndexingBatch {
    if (this.#threads.length === 0)
      this.#threads = Array.from({ length: this.#count }, () => new IndexThread(this.#site));
    const batch = ++this.#batch;
    const threads = this.#threads;
    const answers = threads.map((thread) => thread.begin(batch));
    let next = 0;
    let versions: StoredVersion[] = [];
    return {
      add: (version) => {
        versions.push(version);
        if (versions.length < atOnce) return;
        threads[next++ % threads.length]!.send({ batch, versions, ends: false });
        versions = [];
      },
      finish: async (onProblem) => {
        threads.forEach((thread, place) => {
          const isNext = place === next % threads.length;
          thread.send({ batch, versions: isNext ? versions : [], ends: true });
        });
        const all = await Promise.all(answers);
        for (const { failure } of all) if (failure !== undefined) throw new Error(failure);
        for (const { problems } of all) for (const [record, reason] of problems) onProblem(record, reason);
        return all.flatMap(({ segment }) => segment ?? []);
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
    this.#threads = [];
  }
}

class IndexThread {
  readonly #worker: Worker;
  #open: { readonly batch: number; readonly resolve: (answer: IndexAnswer) => void } | undefined;
  #dead: string | undefined;

  constructor(site: Site) {
    this.#worker = new Worker(new URL('./index-worker.ts', import.meta.url), { workerData: site });
    this.#worker.on('message', (answer: IndexAnswer) => this.#answer(answer));
    this.#worker.on('error', (error) =>
      this.#die(error instanceof Error ? (error.stack ?? error.message) : `${error}`),
    );
    this.#worker.on('exit', () => this.#die('a thread of the index ended'));
    // It waits for work, which keeps nobody alive.
    this.#worker.unref();
  }

  begin(batch: number): Promise<IndexAnswer> {
    return new Promise((resolve) => {
      this.#open = { batch, resolve };
      if (this.#dead !== undefined) this.#die(this.#dead);
    });
  }

  send(order: IndexOrder): void {
    this.#worker.postMessage(order);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #answer(answer: IndexAnswer): void {
    if (this.#open?.batch !== answer.batch) return;
    const { resolve } = this.#open;
    this.#open = undefined;
    const { segment } = answer;
    // Bytes come as they are, without what makes them a Buffer.
    resolve(segment === undefined ? answer : { ...answer, segment: { ...segment, bytes: asBuffer(segment.bytes) } });
  }

  #die(failure: string): void {
    this.#dead ??= failure;
    const open = this.#open;
    this.#open = undefined;
    open?.resolve({ batch: open.batch, problems: [], failure: this.#dead });
  }
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
