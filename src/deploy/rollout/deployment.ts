import type { IndexVersions } from '../../site/index-versions.ts';

/**
 * A deployment as plain data: what is to be done, what was done, and all that somebody else needs
 * to go on with it or to take it back. It is kept on the hosts at every step, and in the library.
 */
export interface Deployment {
  readonly id: string;
  /** person@machine */
  readonly holder: string;
  readonly from: string;
  readonly to: string;
  /** To a release that the hosts have, and older than the one in force. */
  readonly isRollback: boolean;
  /** What the release before can read of an index. */
  readonly indexBefore: readonly IndexVersions[];
  /** Folder of the release on the machine of the holder; undefined: the hosts have it. */
  readonly source: string | undefined;
  /** SHA-256 of its manifest. */
  readonly manifest: string;
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly hosts: readonly DeployHost[];
  readonly balancers: readonly string[];
  /** Seconds for which errors are watched. */
  readonly verify: number;
  readonly keep: number;
  /** Raised by each change: of several copies the one with the highest is the newest. */
  sequence: number;
  /** Of the process that is at work, on the machine of `by`. */
  pid: number;
  /** person@machine of who is at work; undefined: the holder. */
  by?: string;
  /** How often somebody went on with it; undefined: never. */
  turn?: number;
  steps: StepRecord[];
  /** How balancers treated a host before it was drained. */
  readonly states: Record<string, Record<string, ServerState>>;
  /** What a host answered before. */
  readonly answers: Record<string, readonly Answer[]>;
  ended?: number;
  outcome?: Outcome;
  problem?: string;
}

export type Outcome = 'done' | 'taken back' | 'stopped';

/** A host that runs the program. */
export interface DeployHost {
  readonly name: string;
  readonly isWeb: boolean;
  /** Of systemd. */
  readonly units: readonly string[];
  /** Folder that it ran before. */
  readonly before: string;
}

export type ServerState = 'ready' | 'drain' | 'maint';

export interface Answer {
  readonly question: string;
  readonly total: number;
  /** In the library at that moment. */
  readonly records: number;
}

/** Everything that is done to a host, in this order. */
export const stepKinds = [
  'copy',
  'verify',
  'check',
  'migrate',
  'drain',
  'switch',
  'restart',
  'ready',
  'undrain',
  'verified',
  'index',
  'prune',
] as const;
export type StepKind = (typeof stepKinds)[number];

export interface Step {
  readonly host: string;
  readonly kind: StepKind;
  /** On the way back to the release before. */
  readonly back: boolean;
}

export interface StepRecord extends Step {
  state: 'planned' | 'running' | 'done' | 'failed';
  began?: number;
  seconds?: number;
  /** What it found, or why it failed. */
  said?: string;
}

/** Of systemd, on a host with these roles. */
export function unitsOf({ isWeb, isWorker }: { readonly isWeb: boolean; readonly isWorker: boolean }): string[] {
  return [
    ...(isWorker ? ['reperio-follower.service', 'reperio-tasks.service'] : []),
    ...(isWeb ? ['reperio-web.service'] : []),
  ];
}

export function stepName({ host, kind, back }: Step): string {
  return `${kind} of ${host}${back ? ' on the way back' : ''}`;
}
