import { basename } from 'node:path';
import type { Writable } from 'node:stream';
import { grouped } from '../errors/grouped.ts';
import type { FileProgress } from '../records/load/files.ts';
import { duration } from './progress.ts';
import { shownOn } from './terminal.ts';

/**
 * The progress of a load: records, both rates, and the time left where the size of the input is
 * known.
 */
export interface LoadProgress {
  readonly show: (progress: FileProgress) => void;
  /** A sentence of its own line. */
  readonly say: (sentence: string) => void;
  readonly finish: () => void;
}

/** On a terminal one line that is drawn again and again; elsewhere a line every few seconds. */
export function loadProgress(
  stream: Writable & { readonly isTTY?: boolean },
  clock: () => number = () => performance.now(),
): LoadProgress {
  const terminal = stream.isTTY === true;
  const pause = terminal ? 200 : 5_000;
  const started = clock();
  let shown = started;
  let file: string | undefined;
  let since = started;
  const clear = (): void => {
    if (terminal) stream.write('\r\x1b[K');
  };
  return {
    show: (progress) => {
      const now = clock();
      if (file !== progress.file) {
        // The first report of a file comes when its first batch is done, so the time before counts
        // for the first file only.
        if (file !== undefined) since = shown;
        file = progress.file;
      }
      if (now - shown < pause) return;
      shown = now;
      const text = line(progress, since, now);
      // In a log nobody sees which file it is.
      stream.write(terminal ? `\r\x1b[K${text}` : `${nameOf(progress.file)}: ${text}\n`);
    },
    say: (sentence) => {
      clear();
      stream.write(`${shownOn(stream, sentence)}\n`);
    },
    finish: clear,
  };
}

function line(progress: FileProgress, since: number, now: number): string {
  const seconds = Math.max(0.001, (now - since) / 1000);
  const { inserted, replaced, merged, unchanged, held, refused } = progress;
  const done = inserted + replaced + merged + unchanged + held + refused;
  const parts = [
    `${grouped(progress.position)} records`,
    `${grouped(Math.round(done / seconds))} records/s`,
    `${(progress.bytes / seconds / 1e6).toFixed(1)} MB/s`,
  ];
  if (progress.refused > 0) parts.push(`${grouped(progress.refused)} refused`);
  if (progress.part !== undefined && progress.part > 0)
    parts.push(`${duration((seconds * (1 - progress.part)) / progress.part)} left`);
  return parts.join(', ');
}

export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : basename(file);
}
