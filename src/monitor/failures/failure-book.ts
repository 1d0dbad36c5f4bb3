import { version } from '../../config/version.ts';
import { type CountedFailure, type FailureKind, type FailureSample, samplesKept } from './failure.ts';
import { fingerprintOf, ownFrames } from './fingerprint.ts';
import { commonMessage, withoutSecretValues } from './redact.ts';

/** Something that went wrong, as the place that met it knows it. */
export interface SeenFailure {
  readonly kind: FailureKind;
  /** What was thrown, or a sentence that says what happened. */
  readonly error: unknown;
  /** In the place of the class of the error. */
  readonly type?: string;
  readonly code?: string;
  /** Route, task or process. */
  readonly place?: string | undefined;
  readonly request?: string | undefined;
  /** As `GET /search?p=x`; asked for only when it is kept. */
  readonly address?: (() => string) | undefined;
}

/** What one process has met since it told last. Counting takes microseconds and never throws. */
export interface FailureBook {
  note(seen: SeenFailure): void;
  /** What was counted since the last call. */
  take(): readonly CountedFailure[];
}

/** More kinds in one second are counted as one. */
const mostKinds = 200;
const mostKnown = 500;
const longestMessage = 500;
const linesOfStack = 12;

type Group = Pick<CountedFailure, 'fingerprint' | 'kind' | 'type' | 'code' | 'place' | 'message' | 'frames'>;
interface Recent extends Pick<Group, 'kind' | 'type' | 'code' | 'place' | 'message'> {
  readonly calls: string;
  /** Frames of our own code tell it from others; otherwise its message does. */
  readonly isOurs: boolean;
  readonly group: Group;
}
interface Counting {
  readonly group: Group;
  readonly first: number;
  last: number;
  count: number;
  readonly hours: Map<number, number>;
  samples: FailureSample[];
}

export function createFailureBook(
  node: string,
  { release = version(), now = Date.now }: { readonly release?: string; readonly now?: () => number } = {},
): FailureBook {
  let counting = new Map<string, Counting>();
  /** Groups by what they are made of, so that a storm of one failure reads its stack once. */
  const known = new Map<string, Group>();
  /**
   * The last one: in a storm it is the next one too, and equal stacks are sooner seen than looked
   * up.
   */
  let last: Recent | undefined;

  function groupOf(seen: SeenFailure, message: string, stack: string): Group {
    const { kind, place = '' } = seen;
    const code = seen.code ?? codeOf(seen.error);
    const type = (seen.type ?? typeOf(seen.error)).slice(0, 60);
    // The message stands before the frames, and is another one each time.
    const calls = stack.slice(Math.max(0, stack.indexOf('\n    at ')));
    if (last?.kind === kind && last.place === place && last.type === type && last.code === code)
      if (last.calls === calls && (last.isOurs || last.message === message)) return last.group;
    const isOurs = calls.includes('/src/');
    const key = [kind, type, code, place, calls, isOurs ? '' : message].join('\n');
    const group = known.get(key) ?? newGroup(key, { kind, type, code, place, message }, stack);
    last = { kind, type, code, place, message, calls, isOurs, group };
    return group;
  }

  function newGroup(key: string, { kind, ...seen }: Omit<Recent, 'calls' | 'isOurs' | 'group'>, stack: string): Group {
    const { message } = seen;
    const frames = ownFrames(stack);
    const identity = { ...seen, frames };
    const group = { ...identity, kind, message: commonMessage(message), fingerprint: fingerprintOf(identity) };
    if (known.size >= mostKnown) known.clear();
    known.set(key, group);
    return group;
  }

  function count(seen: SeenFailure): void {
    const { error } = seen;
    const message = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    let group = groupOf(seen, message, stack);
    if (!counting.has(group.fingerprint) && counting.size >= mostKinds) group = groupOf(tooMany, tooMany.error, '');
    const at = now();
    let one = counting.get(group.fingerprint);
    if (one === undefined) {
      one = { group, first: at, last: at, count: 0, hours: new Map(), samples: [] };
      counting.set(group.fingerprint, one);
    }
    one.last = at;
    one.count++;
    const hour = at - (at % 3_600_000);
    one.hours.set(hour, (one.hours.get(hour) ?? 0) + 1);
    if (one.samples.length < samplesKept) one.samples.push(sampleOf(node, seen, message, stack, at));
  }

  return {
    note: (seen) => {
      try {
        count(seen);
      } catch {
        // An error whose own properties throw: it is in the log, and here there is nothing to
        // count.
      }
    },
    take: () => {
      const taken = [...counting.values()];
      counting = new Map();
      return taken.map(({ group, hours, ...one }) => ({
        ...group,
        ...one,
        hours: Object.fromEntries(hours),
        release,
        samples: one.samples.toReversed(),
      }));
    },
  };
}

const tooMany = {
  kind: 'request',
  type: 'TooManyKinds',
  error: 'More kinds of failures came in one second than are told apart; the log has all of them.',
} as const;

function sampleOf(node: string, seen: SeenFailure, message: string, stack: string, at: number): FailureSample {
  const { request, address } = seen;
  return {
    at,
    node,
    request,
    address: address === undefined ? undefined : cut(withoutSecretValues(address())),
    message: cut(withoutSecretValues(message.slice(0, 4 * longestMessage))),
    // Its first lines are the message again.
    stack: stack
      .split('\n')
      .filter((line) => /^\s*at /.test(line))
      .slice(0, linesOfStack)
      .map((line) => withoutSecretValues(line.trim())),
  };
}

/** PostgreSQL refuses half a character. */
function cut(text: string): string {
  return text.slice(0, longestMessage).toWellFormed();
}

function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  return error.name === 'Error' ? error.constructor.name : error.name;
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? String(code).slice(0, 60) : '';
}
