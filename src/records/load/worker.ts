import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { DatabaseError } from 'pg';
import { UserError } from '../../errors/errors.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { hasInstructions } from '../../marc/instructions.ts';
import { recordLabel } from '../../marc/problem.ts';
import { parseRaw } from '../../marc/readers/parse-raw.ts';
import { controlValue } from '../../marc/record.ts';
import { isUnimarc } from '../../marc/unimarc.ts';
import { connect } from '../../store/database.ts';
import { incomingChecks, toldNothingHidden } from '../check-incoming.ts';
import { recordErrors } from '../errors.ts';
import { type Identity, identify } from '../identifiers.ts';
import { stampedBase } from '../next-version.ts';
import type { BatchContext } from './batch-context.ts';
import { type RawBatch, rawBatch, rawRecord } from './batch-store.ts';
import { wholeChecks } from './check-whole.ts';
import { diagnoseBatch } from './diagnose.ts';
import { HiddenPaths } from './hidden.ts';
import type {
  AnswerMessage,
  BadRecord,
  CallMessage,
  CommitOrder,
  Failure,
  Identified,
  PackedRecords,
  RefusedRaw,
  WorkerCalls,
  WorkerSetup,
  WriteOrder,
  WrittenBatch,
} from './protocol.ts';
import { NumbersMoved, weighBatch, writeBatch } from './write-batch.ts';

/** A thread of the bulk load: see protocol.ts for what it is asked. */
class LoadThread {
  readonly #context: BatchContext;
  readonly #readsUnimarc: boolean;
  readonly #batches = new Map<number, RawBatch>();
  readonly #transactions = new Map<number, OpenTransaction>();

  constructor(setup: WorkerSetup) {
    this.#context = {
      ...setup,
      // One transaction at a time; waiting for its turn may take as long as the batches before it.
      database: connect(setup.url, { poolSize: 1, connectTimeout: 0, statementTimeout: 0, lockTimeout: 0 }),
      analyzer: compileAnalyzer(setup.site),
      hiddenPaths: new HiddenPaths(setup.hiddenPaths),
      checks: setup.checked ? incomingChecks(setup.site, toldNothingHidden(setup.hidden)) : undefined,
    };
    const titles = setup.site.fields.find(({ code }) => code === 'title')?.paths ?? [];
    this.#readsUnimarc = titles.some((path) => path.startsWith('200'));
  }

  identify(packed: PackedRecords): Identified {
    const batch = rawBatch(packed);
    this.#batches.set(packed.batch, batch);
    const identities: (Identity | undefined)[] = [];
    const refused: RefusedRaw[] = [];
    const warnings: string[] = [];
    const checks = wholeChecks(this.#context, batch);
    for (let index = 0; index < batch.count; index++) {
      const position = batch.positions[index]!;
      const result = parseRaw(batch.format, { position, bytes: rawRecord(batch, index) }, this.#context.encoding);
      if (result.kind === 'refused') {
        const { control001, reason, raw } = result;
        refused.push({ position, control001, reason, raw: Uint8Array.from(raw) });
        identities.push(undefined);
      } else if (hasInstructions(result.record)) {
        const control001 = controlValue(result.record, '001');
        const { code, message, hint } = new UserError(recordErrors.documentsHere, {
          record: recordLabel(position, control001),
        });
        refused.push({
          position,
          control001,
          reason: { code, message, hint },
          raw: Uint8Array.from(rawRecord(batch, index)),
        });
        identities.push(undefined);
      } else {
        const identity = identify(result.record, this.#context.source, result.harvested);
        identities.push(identity);
        checks.add({ index, identity, record: result.record, position });
        const stamp = stampedBase({ mode: this.#context.mode, record: result.record, ours: identity.number > 0 });
        if (stamp instanceof Date) batch.stamps.set(index, stamp);
        warnings.push(...result.warnings);
        if (!this.#readsUnimarc && isUnimarc(result.record)) {
          const label = recordLabel(position, controlValue(result.record, '001'));
          warnings.push(`${label} looks like UNIMARC (title in 200, none in 245); MARC 21 is expected.`);
        }
      }
    }
    return { identities, refused, ruled: checks.end(), warnings };
  }

  raw({ batch, indexes }: WorkerCalls['raw']['input']): readonly Uint8Array[] {
    const held = this.#batch(batch);
    return indexes.map((index) => Uint8Array.from(rawRecord(held, index)));
  }

  async weigh(order: WriteOrder): Promise<WrittenBatch> {
    return await weighBatch(this.#context, this.#batch(order.batch), order);
  }

  async write(order: WriteOrder): Promise<WrittenBatch> {
    const open = openTransaction();
    this.#transactions.set(order.batch, open);
    return await new Promise<WrittenBatch>((resolve, reject) => {
      open.done = writeBatch(this.#context, this.#batch(order.batch), order, open.turn, resolve);
      open.done.catch(reject);
    });
  }

  async commit(order: CommitOrder): Promise<null> {
    const open = this.#transactions.get(order.batch);
    if (open === undefined) throw new Error(`batch ${order.batch} was not written`);
    open.take(order);
    this.#transactions.delete(order.batch);
    await open.done;
    return null;
  }

  async abort({ batch }: WorkerCalls['abort']['input']): Promise<null> {
    const open = this.#transactions.get(batch);
    this.#transactions.delete(batch);
    open?.giveUp();
    await open?.done?.catch(() => undefined);
    return null;
  }

  async diagnose(order: WriteOrder): Promise<readonly BadRecord[]> {
    return await diagnoseBatch(this.#context, this.#batch(order.batch), order);
  }

  release({ batch }: WorkerCalls['release']['input']): null {
    this.#batches.delete(batch);
    return null;
  }

  async close(): Promise<null> {
    await this.#context.database.close();
    return null;
  }

  #batch(number: number): RawBatch {
    const batch = this.#batches.get(number);
    if (batch === undefined) throw new Error(`batch ${number} is not here`);
    return batch;
  }
}

interface OpenTransaction {
  readonly turn: Promise<CommitOrder>;
  readonly take: (order: CommitOrder) => void;
  readonly giveUp: () => void;
  done: Promise<void> | undefined;
}

function openTransaction(): OpenTransaction {
  const { promise, resolve, reject } = Promise.withResolvers<CommitOrder>();
  promise.catch(() => undefined);
  return { turn: promise, take: resolve, giveUp: () => reject(new Error('the batch was given up')), done: undefined };
}

function failureOf(error: unknown): Failure {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof NumbersMoved) return { kind: 'numbers-moved', message, code: '', hint: '', stack };
  if (error instanceof UserError) return { kind: 'user', message, code: error.code, hint: error.hint, stack };
  if (error instanceof DatabaseError) return { kind: 'record', message, code: error.code ?? '', hint: '', stack };
  return { kind: 'bug', message, code: '', hint: '', stack };
}

function serve(port: MessagePort, thread: LoadThread): void {
  port.on('message', async ({ call, name, input }: CallMessage) => {
    let answer: AnswerMessage;
    try {
      const method = thread[name] as (input: unknown) => unknown;
      answer = { call, output: await method.call(thread, input) };
    } catch (error) {
      answer = { call, failure: failureOf(error) };
    }
    port.postMessage(answer);
  });
}

if (!isMainThread && parentPort !== null) serve(parentPort, new LoadThread(workerData as WorkerSetup));
