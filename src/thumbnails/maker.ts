import { createWriteStream, watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContentStore } from '../files/content.ts';
import { fileErrors } from '../files/errors.ts';
import { untilBeat } from '../store/beat.ts';
import { type Drawing, type DrawingOptions, drawApart, type Source } from './draw-apart.ts';
import { type Thumbnails, type Wanted, wantedFolderOf } from './kept.ts';
import { thumbnailKind, thumbnailSizes } from './kinds.ts';
import { drawingLimits } from './limits.ts';

export interface MakerOptions {
  readonly thumbnails: Thumbnails;
  readonly store: ContentStore;
  /** Bytes that may be kept. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Why there are no thumbnails; undefined: there are again. */
  readonly onTrouble: (reason: string | undefined) => void;
  /** It begins to draw, or has ended. */
  readonly onDrawing?: (isDrawing: boolean) => void;
  /** For tests. */
  readonly draw?: (source: Source, options: DrawingOptions) => Promise<Drawing>;
}

/** What a notification of the file system may miss is looked for so often. Milliseconds. */
const lookEvery = 5_000;
/** So many are drawn before those who ask are looked at again. */
const atOnce = 8;
/** After trouble that is not the document's. Milliseconds. */
const pause = 5_000;

/**
 * Draws what is asked for, one thumbnail at a time, until the signal aborts. A folder that cannot
 * be read or written, as on a full disk, is trouble that may be over in a while.
 */
export async function makeThumbnails(options: MakerOptions): Promise<void> {
  const { signal, onTrouble } = options;
  while (!signal.aborted) {
    const watching = new AbortController();
    try {
      await drawAsked(options, AbortSignal.any([signal, watching.signal]));
    } catch (error) {
      if (signal.aborted) return;
      onTrouble(messageOf(error));
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    } finally {
      watching.abort();
    }
  }
}

/**
 * A request is forgotten before it is drawn: whatever kills this process is not met again by
 * itself.
 */
async function drawAsked(options: MakerOptions, watching: AbortSignal): Promise<void> {
  const { thumbnails, limit, signal, onTrouble, onDrawing } = options;
  const bell = listenTo(wantedFolderOf(thumbnails), watching);
  let room = await roomIn(thumbnails, limit);
  while (!signal.aborted) {
    const asked = await thumbnails.asked();
    if (asked.length === 0) await bell.next(untilBeat(lookEvery));
    // Then it is looked again: whoever has come meanwhile is not behind all that one network asked
    // for.
    for (const wanted of asked.slice(0, atOnce)) {
      if (signal.aborted) return;
      await thumbnails.forget(wanted);
      if ((await thumbnails.find(wanted)).kind !== 'missing') continue;
      onDrawing?.(true);
      const problem = await makeOne(options, wanted).then((bytes) => {
        room -= bytes;
        return undefined;
      }, messageOf);
      onDrawing?.(false);
      if (signal.aborted) return;
      onTrouble(problem);
      if (problem !== undefined) await bell.rest(pause);
      if (room < 0) room = await roomIn(thumbnails, limit);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Bytes that may be written until it is time to clean up again. */
async function roomIn(thumbnails: Thumbnails, limit: number): Promise<number> {
  const { bytes } = await thumbnails.clean(limit);
  return Math.max(limit - bytes, limit / 20);
}

/** Bytes that were written. Throws what is no fault of the document. */
async function makeOne({ thumbnails, store, signal, draw = drawApart }: MakerOptions, wanted: Wanted): Promise<number> {
  const kind = thumbnailKind(wanted.format);
  if (kind === undefined) return 0;
  const size = await store.size(wanted.digest).catch((error: { code?: unknown }) => {
    if (error.code === fileErrors.lost.code) return undefined;
    throw error;
  });
  if (size === undefined) return 0;
  if (size > drawingLimits.bytes) {
    await thumbnails.keep(wanted, undefined, `it has ${size} bytes`);
    return 0;
  }
  const here = store.path(wanted.digest);
  const path = here ?? join(thumbnails.folder, 'source.part');
  try {
    if (here === undefined) await fetchTo(path, store, wanted.digest);
    const drawing = await draw({ path, kind, pixels: thumbnailSizes[wanted.size] }, { signal });
    if (drawing.kind === 'stopped') throw new Error(`thumbnails cannot be drawn: ${drawing.reason}`);
    if (drawing.kind === 'drawn') await thumbnails.keep(wanted, drawing.bytes);
    else await thumbnails.keep(wanted, undefined, drawing.reason);
    return drawing.kind === 'drawn' ? drawing.bytes.length : 0;
  } finally {
    if (here === undefined) await rm(path, { force: true });
  }
}

async function fetchTo(path: string, store: ContentStore, digest: string): Promise<void> {
  const bytes = await store.read(digest);
  await pipeline(bytes, createWriteStream(path, { mode: 0o600 }));
}

interface Bell {
  /** Waits until something has changed since the last time, at most so long, or the end. */
  next(milliseconds: number): Promise<void>;
  /** Waits so long, or until the end. */
  rest(milliseconds: number): Promise<void>;
}

function listenTo(folder: string, signal: AbortSignal): Bell {
  let rung = false;
  let waiting: { readonly resolve: () => void; readonly hears: boolean } | undefined;
  signal.addEventListener('abort', () => waiting?.resolve(), { once: true });
  try {
    watch(folder, { signal }, () => {
      rung = true;
      if (waiting?.hears === true) waiting.resolve();
    }).on('error', () => undefined);
  } catch {
    // No more watches to be had, or none on this file system: it is looked for.
  }
  const wait = async (milliseconds: number, hears: boolean): Promise<void> => {
    if (signal.aborted || (hears && rung)) {
      rung = false;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    waiting = { resolve, hears };
    await promise;
    waiting = undefined;
    clearTimeout(timer);
    if (hears) rung = false;
  };
  return { next: (milliseconds) => wait(milliseconds, true), rest: (milliseconds) => wait(milliseconds, false) };
}
