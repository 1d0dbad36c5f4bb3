import type { Writable } from 'node:stream';
import { grouped } from '../errors/grouped.ts';

/**
 * How far a long work is, on stderr: redrawn in place on a terminal, a line every few seconds
 * elsewhere, nothing for what is soon done.
 */
export interface Progress {
  /** More units are done. */
  advance(units: number): void;
  /** Replaces the line by a last one, or by nothing. */
  finish(sentence?: string): void;
}

export interface ProgressOptions {
  readonly stream: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** "records" */
  readonly unit: string;
  /** Undefined: not known, so no time left is shown. */
  readonly total?: number;
  /** Milliseconds; a test gives its own. */
  readonly now?: () => number;
}

const redrawEvery = 200;
const lineEvery = 5_000;
/** The rate is that of the last seconds, so that it follows what happens now. */
const rateWindow = 10_000;

export function createProgress({ stream, unit, total, now = Date.now }: ProgressOptions): Progress {
  const terminal = stream.isTTY === true;
  const interval = terminal ? redrawEvery : lineEvery;
  const started = now();
  let done = 0;
  let shown = started;
  let marks: { readonly at: number; readonly done: number }[] = [{ at: started, done: 0 }];

  const line = (time: number) => {
    marks = [...marks.filter(({ at }, i) => time - at <= rateWindow || i === marks.length - 1), { at: time, done }];
    const [oldest = { at: started, done: 0 }] = marks;
    const rate = ((done - oldest.done) / Math.max(1, time - oldest.at)) * 1000;
    const parts = [
      `${count(done)}${total === undefined ? '' : ` of ${count(total)}`} ${unit}`,
      `${count(Math.round(rate))} ${unit}/s`,
    ];
    if (total !== undefined && rate > 0) parts.push(`${duration((total - done) / rate)} left`);
    return parts.join(', ');
  };
  const clear = () => {
    if (terminal && shown !== started) stream.write('\r\x1b[K');
  };

  return {
    advance: (units) => {
      done += units;
      const time = now();
      if (time - shown < interval) return;
      const text = line(time);
      stream.write(terminal ? `\r\x1b[K${text.slice(0, (stream.columns ?? 80) - 1)}` : `${text}\n`);
      shown = time;
    },
    finish: (sentence) => {
      clear();
      if (sentence !== undefined) stream.write(`${sentence}\n`);
    },
  };
}

const count = (number: number) => grouped(number);

/** Seconds, as people say them. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
