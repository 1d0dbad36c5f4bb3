import { createHash } from 'node:crypto';
import { commonMessage } from './redact.ts';

/** What tells one kind of failure from another. */
export interface FailureIdentity {
  readonly type: string;
  readonly code: string;
  readonly place: string;
  readonly frames: readonly string[];
  /** Counts where no frame is of our own code. */
  readonly message: string;
}

const framesCounted = 3;

/**
 * The functions of our own code in a stack, the innermost first, as `web/app.ts:createApp`: without
 * line numbers and without the folder of the release, so that a release does not make new failures
 * of known ones.
 */
export function ownFrames(stack: string): readonly string[] {
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const [, called = '', file] =
      /^\s*at (?:async )?(?:(.+?) \()?(?:file:\/\/)?\S*\/src\/(\S+?\.[cm]?ts):\d+:\d+\)?$/.exec(line) ?? [];
    if (file === undefined || line.includes('/node_modules/')) continue;
    frames.push(`${file}:${functionName(called)}`);
  }
  return frames;
}

function functionName(called: string): string {
  const name = called
    .replace(/^new /, '')
    .replace(/ \[as [^\]]+\]$/, '')
    .replace(/^(?:Object|Function|process|Promise)\./, '');
  return name === '' ? '<anonymous>' : name;
}

/** Sixteen hexadecimal digits. */
export function fingerprintOf({ type, code, place, frames, message }: FailureIdentity): string {
  const own = frames.slice(0, framesCounted);
  const said = own.length === 0 ? commonMessage(message) : '';
  return createHash('sha256')
    .update(JSON.stringify([1, type, code, place, own, said]))
    .digest('hex')
    .slice(0, 16);
}
