import type { FastifyRequest } from 'fastify';
import type { Recording } from '../../profile/cpu-profiler.ts';
import type { StatementRecorder } from '../../profile/statements.ts';
import type { Stage } from '../../search/stages.ts';

/** What ?profile= and ?verbose= ask for. */
export interface Wanted {
  /** Sort keys of the table of functions, as they were typed; flame, sql, heap, search. */
  readonly kinds: readonly string[];
  /** Only the stages of the search, from 1 to 9; 0 when it was not asked for. */
  readonly verbose: number;
}

/** A request that is being profiled. */
export interface Profiled extends Wanted {
  readonly began: number;
  readonly id: string;
  readonly memory: NodeJS.MemoryUsage;
  readonly statements: StatementRecorder;
  readonly stages: Stage[];
  /** How many requests the process had had before. */
  readonly requestsBefore: number;
  /** Undefined when another profile was being taken, or only stages were asked for. */
  readonly stop: (() => Promise<Recording>) | undefined;
}

const profiled = new WeakMap<FastifyRequest, Profiled>();

/** Undefined, at the cost of looking for a word in the address, when nothing is asked for. */
export function wantedOf(url: string): Wanted | undefined {
  if (!/[?&](?:profile|verbose)=/.test(url)) return undefined;
  const args = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const kinds = args
    .getAll('profile')
    .flatMap((text) => text.toLowerCase().split(','))
    .filter((text) => text !== '');
  const verbose = Math.min(9, Math.max(0, Math.trunc(Number(args.get('verbose') ?? 0)) || 0));
  return kinds.length === 0 && verbose === 0 ? undefined : { kinds: kinds.slice(0, 5), verbose };
}

export function rememberProfiled(request: FastifyRequest, one: Profiled): void {
  profiled.set(request, one);
}

export function profiledOf(request: FastifyRequest): Profiled | undefined {
  return profiled.get(request);
}

export function stagesOf(request: FastifyRequest): Stage[] | undefined {
  return profiled.get(request)?.stages;
}
