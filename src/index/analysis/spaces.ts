import type { TermSink } from '../term-sink.ts';

/** Numbers for the names of term spaces that hold for one analyzer, whatever the sink. */
export interface SpaceTable {
  /** Our number of a space. */
  number(name: string): number;
  /** Turns to a sink; its own numbers are asked once for each space. */
  use(sink: TermSink): void;
  /** The sink's number of a space. */
  of(sink: TermSink, own: number): number;
}

const unasked = -1;

export function createSpaceTable(): SpaceTable {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const known = new WeakMap<TermSink, number[]>();
  let current: number[] = [];
  return {
    number(name) {
      const seen = numbers.get(name);
      if (seen !== undefined) return seen;
      const made = names.push(name) - 1;
      numbers.set(name, made);
      return made;
    },
    use(sink) {
      current = known.get(sink) ?? [];
      known.set(sink, current);
    },
    of(sink, own) {
      const seen = current[own];
      if (seen !== undefined && seen !== unasked) return seen;
      // Filled in order, so that the array stays a plain one.
      while (current.length <= own) current.push(unasked);
      const given = sink.space(names[own] as string);
      current[own] = given;
      return given;
    },
  };
}
