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
  refused: readonly Pick<RefusedRaw, 'position' | 'reason'>[],
): readonly RecordOutcome[] {
  const held = new Map(written.held.map(({ index, code }) => [index, code]));
  const passed = new Set(passedOver);
  const done: RecordOutcome[] = refused.map(({ position, reason }) => ({
    ...{ position, outcome: 'refused', id: 0, revision: 0, code: reason.code },
  }));
  written.outcomes.forEach((number, index) => {
    const position = batch.positions[index]!;
    const outcome = outcomes[number]!;
    if (passed.has(index)) done.push({ position, outcome: 'passed-over', id: 0, revision: 0 });
    if (outcome === 'none' || outcome === 'refused') return;
    const code = held.get(index);
    const [id, revision] = [order.ids[index]!, written.revisions[index]!];
    done.push({ position, outcome, id, revision, ...(code !== undefined && { code }) });
  });
  return done.sort((a, b) => a.position - b.position);
}
