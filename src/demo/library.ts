import type { MarcRecord } from '../marc/record.ts';
import { slotOf } from './plan.ts';
import { createRandom, hash } from './random.ts';
import { composeRecord } from './record.ts';
import { createWriter } from './text.ts';

/**
 * The library that `reperio demo` shows: with it the first 2,000 records have a paper by 3,000
 * authors.
 */
export const defaultSeed = 55;

export interface DemoLibrary {
  /**
   * Record `number` (from 1): always the same one, whatever was asked for before. It cites records
   * with lower numbers only.
   */
  record(number: number): MarcRecord;
}

export function createDemoLibrary(seed: number = defaultSeed): DemoLibrary {
  const random = createRandom(0);
  const writer = createWriter(random);
  return {
    record(number) {
      const index = number - 1;
      const slot = slotOf(seed, index);
      const topic = hash(seed, index);
      random.restart(topic);
      const text = writer.write(slot, topic);
      return composeRecord(seed, index, slot, text, random);
    },
  };
}
