import type { Batch } from './batches.ts';
import type { Plan } from './plan.ts';
import { type Outcome, outcomes, type RefusedRaw, type WrittenBatch } from './protocol.ts';

/** What became of one record of the input. */
export interface RecordOutcome {
  readonly position: number;
  readonly outcome: Exclude<Outcome, 'none'> | 'passed-over';
  /** 0: no record of the library. */
  readonly id: number;
  /** The number of its version now; 0 where there is none, or nothing was written. */
  readonly revision: number;
  /** Why it was refused, or waits. */
  readonly code?: string;
  /** Of one that was refused, what it says that it is: "001 a17", "DOI 10.1/x". */
  readonly known?: string;
  /** Of one that was refused: why, in a sentence that names it. */
  readonly message?: string;
  /** And what to do. */
  readonly hint?: string;
  /** Tags that both changed, when it waits for that. */
  readonly conflicts?: readonly string[];
  /** What rules of the site have found, when it waits for that. */
  readonly findings?: readonly string[];
}

/** Is a record with this outcome in the library, or does it wait there? */
export function isAccepted(outcome: number): boolean {
  const name = outcomes[outcome];
  return name !== 'none' && name !== 'refused';
}

/** In the order of the input. */
export function outcomesOf(
  batch: Pick<Batch, 'positions'>,
  { order, passedOver }: Plan,
  written: WrittenBatch,
  refused: readonly Omit<RefusedRaw, 'raw'>[],
): readonly RecordOutcome[] {
  const held = new Map(written.held.map(({ index, ...why }) => [index, why]));
  const passed = new Set(passedOver);
  const done: RecordOutcome[] = refused.map(({ position, reason, control001, known = '' }) => {
    const name = control001 === undefined || control001 === '' ? known : `001 ${control001}`;
    const { code, message, hint } = reason;
    return {
      ...{ position, outcome: 'refused', id: 0, revision: 0, ...(name !== '' && { known: name }) },
      ...{ code, message, hint },
    };
  });
  written.outcomes.forEach((number, index) => {
    const position = batch.positions[index]!;
    const outcome = outcomes[number]!;
    if (passed.has(index)) done.push({ position, outcome: 'passed-over', id: 0, revision: 0 });
    if (outcome === 'none' || outcome === 'refused') return;
    const [id, revision] = [order.ids[index]!, written.revisions[index]!];
    done.push({ position, outcome, id, revision, ...held.get(index) });
  });
  return done.sort((a, b) => a.position - b.position);
}
