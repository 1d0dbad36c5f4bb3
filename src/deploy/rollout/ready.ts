import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors/errors.ts';
import type { Answer } from './deployment.ts';
import { rolloutErrors } from './errors.ts';
import type { Fleet } from './fleet.ts';
import type { Look } from './look.ts';
import { lookOn } from './program.ts';

export interface ReadyWishes {
  /** Folder of the release whose program asks. */
  readonly asking: string;
  /** All processes must be of it; undefined: of any one. */
  readonly version: string | undefined;
  /** What it answered before. */
  readonly before: readonly Answer[];
}

/** Seconds for a node that fetches what is new of the index. */
const readyLimit = 60;
/** Seconds for answers to be as they were: the index may be a moment behind. */
const answersLimit = 15;
const between = 300;

/** Until the node is whole, and answers as it did. Throws `notReady` or `answersDiffer`. */
export async function awaitReady(
  fleet: Fleet,
  name: string,
  { asking, version, before }: ReadyWishes,
): Promise<string | undefined> {
  const began = performance.now();
  const isOver = (seconds: number): boolean => performance.now() - began > seconds * 1000;
  for (;;) {
    const found = await lookOn(fleet, name, asking, { node: true, answers: before });
    const missing = whatIsMissing(found, version);
    const other = missing === undefined ? differing(before, found.answers ?? []) : undefined;
    if (missing === undefined && other === undefined) return before.length === 0 ? undefined : 'answers as before';
    if (missing !== undefined && isOver(readyLimit))
      throw new UserError(rolloutErrors.notReady, {
        ...{ host: name, seconds: readyLimit, said: missing, unit: 'reperio-web' },
      });
    if (other !== undefined && isOver(answersLimit))
      throw new UserError(rolloutErrors.answersDiffer, {
        ...{ host: name, question: other.was.question },
        ...{ before: other.was.total, after: other.is },
      });
    await sleep(between);
  }
}

/** As the end of a sentence; undefined: nothing. */
function whatIsMissing({ node }: Look, version: string | undefined): string | undefined {
  if (node === undefined) return 'no server answers there';
  if (version !== undefined && node.version !== version) return `its supervisor is of release ${node.version}`;
  if (node.others.length > 0) return `it has workers of release ${node.others.join(', ')}`;
  if (node.state !== 'serving') return `it is ${node.state}`;
  if (node.ready === 0 || node.ready < node.workers) {
    const why = node.lastDeath === undefined ? '' : `; the last one that died: ${node.lastDeath}`;
    return `${node.ready} of ${node.workers} workers are ready${why}`;
  }
  return undefined;
}

/**
 * An answer that differs. While records come and go, only that there is an answer where there was
 * one.
 */
export function differing(
  before: readonly Answer[],
  after: readonly Answer[],
): { readonly was: Answer; readonly is: number } | undefined {
  for (const was of before) {
    const now = after.find(({ question }) => question === was.question);
    const isSame = now !== undefined && now.records === was.records;
    const is = now?.total ?? 0;
    if (isSame ? is !== was.total : was.total > 0 && is === 0) return { was, is };
  }
  return undefined;
}
