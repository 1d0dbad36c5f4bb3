import type { Writable } from 'node:stream';
import type { Watching } from '../deploy/rollout/begin.ts';
import type { StepRecord } from '../deploy/rollout/deployment.ts';
import type { LoggedDeployment } from '../deploy/rollout/library.ts';
import { backText, hostLine } from './deploy-text.ts';

export interface DeployProgressOptions {
  readonly print: (line: string) => void;
  /** A terminal shows what is being done. */
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Events instead, one a line. */
  readonly printJson: ((value: unknown) => void) | undefined;
}

/** A deployment while it goes on: a line for each host that is done. */
export class DeployProgress {
  readonly #options: DeployProgressOptions;
  readonly #steps = new Map<string, StepRecord>();
  readonly #shown = new Set<string>();
  #planned: Parameters<Watching['onPlan']>[0] | undefined;

  constructor(options: DeployProgressOptions) {
    this.#options = options;
  }

  onPlan: Watching['onPlan'] = (planned) => {
    this.#planned = planned;
    this.#options.printJson?.({ event: 'plan', ...planned });
  };

  onNote = (sentence: string): void => {
    this.#options.printJson?.({ event: 'note', sentence });
    if (this.#options.printJson === undefined) this.#options.stderr.write(`${sentence}\n`);
  };

  onBack = (problem: string): void => {
    this.#options.printJson?.({ event: 'back', problem });
  };

  onStep = (step: StepRecord): void => {
    this.#steps.set(`${step.host} ${step.kind} ${step.back}`, { ...step });
    if (this.#options.printJson !== undefined) {
      this.#options.printJson({ event: 'step', ...step });
      return;
    }
    this.#tell(step.state === 'running' ? `${step.host}  ${step.kind}${step.back ? ' (back)' : ''} ...` : '');
    if (step.back || step.kind === 'prune') return;
    if (step.state === 'failed' || (step.state === 'done' && this.#isLast(step))) this.#line(step.host);
  };

  /** What was taken back. */
  finish(): void {
    this.#tell('');
    const back = backText([...this.#steps.values()]);
    if (back !== '' && this.#options.printJson === undefined)
      this.#options.print(`         back to ${this.#planned?.from ?? 'what was before'}: ${back}`);
  }

  /** Of this host, nothing else is planned but tidying up. */
  #isLast({ host, kind }: StepRecord): boolean {
    const own = this.#planned?.steps.filter((step) => step.host === host && step.kind !== 'prune') ?? [];
    return own.at(-1)?.kind === kind;
  }

  #line(host: string): void {
    if (this.#shown.has(host)) return;
    this.#shown.add(host);
    const width = Math.max(host.length, ...(this.#planned?.hosts ?? []).map((name) => name.length));
    const last: LoggedDeployment | undefined = this.#planned?.last;
    this.#options.print(hostLine(host, [...this.#steps.values()], width, last));
  }

  #tell(words: string): void {
    if (this.#options.stderr.isTTY === true) this.#options.stderr.write(`\r\x1b[K${words}`);
  }
}
