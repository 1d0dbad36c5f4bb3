import type { Work } from '../index/work.ts';

/** How long a part of answering a question took, in ms. */
export interface Stage {
  readonly name: string;
  readonly took: number;
  /** What it gave, as "12,345 hits". */
  readonly detail: string;
}

let recording: Stage[] | undefined;

/** A part of the work on a question; costs a function call when nobody records. */
export function stage<T>(name: string, work: () => T, detail: (result: T) => string = () => ''): T {
  if (recording === undefined) return work();
  const began = performance.now();
  const result = work();
  recording.push({ name, took: performance.now() - began, detail: detail(result) });
  return result;
}

/** The same for work that may be interrupted; pauses do not count. */
export function* stageOf<T>(name: string, work: Work<T>, detail: (result: T) => string = () => ''): Work<T> {
  let took = 0;
  for (;;) {
    const began = performance.now();
    const { done, value } = work.next();
    took += performance.now() - began;
    if (done) {
      recording?.push({ name, took, detail: detail(value) });
      return value;
    }
    yield;
  }
}

/** Records the stages of what `work` asks, which must not be asynchronous. */
export function recordStages<T>(into: Stage[], work: () => T): T {
  const before = recording;
  recording = into;
  try {
    return work();
  } finally {
    recording = before;
  }
}
