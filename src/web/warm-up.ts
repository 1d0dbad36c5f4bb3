import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from './app.ts';
import type { WebLibrary } from './exchange/environment.ts';

/**
 * After three pages of each kind more of them change nothing that can be measured
 * (bench/first-page.ts).
 */
const rounds = 3;
/** A process that is slower than this is of more use slow than late. Milliseconds. */
const usualLimit = 3_000;

/**
 * Draws pages of this library, unless it is empty, for nobody, so that the first readers of a new process do not wait
 * for its code to be compiled and its segments to be read. That is most of a second of a core, and
 * a balancer whose probes wait behind it takes nodes that have just begun for dead. Nothing of it
 * is counted, logged or limited. Resolves after `limit` ms at the latest, whatever the library
 * does; an answer that is waited for then is left alone.
 */
export async function warmUp(library: WebLibrary, limit = usualLimit): Promise<void> {
  const over = new AbortController();
  // What is wrong here (a damaged segment, a database that is away) is said, and repaired, where
  // somebody asks.
  const drawn = draw(library, over.signal).catch(() => undefined);
  await Promise.race([drawn, sleep(limit, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
}

async function draw(library: WebLibrary, signal: AbortSignal): Promise<void> {
  if (library.snapshot().segments.length === 0) return;
  const app = createApp(library);
  try {
    for (let round = 0; round < rounds; round++)
      for (const url of pagesOf(library, round)) {
        if (signal.aborted) return;
        await app.inject(url);
      }
  } finally {
    await app.close();
  }
}

/** The home page, what was added last, a search for a word of a title, and that record. */
function pagesOf(library: WebLibrary, round: number): readonly string[] {
  const usual = ['/', '/search'];
  const { segments } = library.snapshot();
  const { segment, live } = segments[round % segments.length] ?? {};
  if (segment === undefined || live === undefined || live.size === 0) return usual;
  const ordinal = live.at(round % live.size)!;
  const words = segment.brief(ordinal).t.match(/[\p{L}\p{N}]+/gu) ?? [];
  const longest = words.reduce((before, word) => (word.length > before.length ? word : before), '');
  return [...usual, `/search?${new URLSearchParams({ p: longest })}`, `/record/${segment.ids[ordinal]}`];
}
