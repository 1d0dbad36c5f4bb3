import { UserError } from '../../errors/errors.ts';
import { knownPair } from '../../site/index-versions.ts';
import { isConnectionTrouble } from '../ssh/explain.ts';
import { type Deployment, type Step, type StepRecord, stepName } from './deployment.ts';
import { askingFolder, type Doing, doStep, newFolder } from './do-step.ts';
import { rolloutErrors } from './errors.ts';
import type { Fleet } from './fleet.ts';
import { unlockHosts } from './lock.ts';
import { lookOn } from './program.ts';
import type { Recorder } from './recorder.ts';
import { noteScript } from './scripts.ts';
import { backSteps } from './steps.ts';

export interface CarryOptions {
  readonly fleet: Fleet;
  readonly deployment: Deployment;
  readonly source: Doing['source'];
  readonly recorder: Recorder;
  /** Takes back what was done, instead of going on. */
  readonly back: boolean;
  /** Ends it after the step that is being done; it can be gone on with. */
  readonly signal: AbortSignal;
  /** Told when a step begins, and when it has ended. */
  readonly onStep: (step: StepRecord) => void;
  /** Told once, when it begins to take back what was done. */
  readonly onBack: (problem: string) => void;
  /** A sentence that is worth knowing and stops nothing. */
  readonly onNote: (sentence: string) => void;
}

/** Milliseconds: a deployment whose state nobody has touched for a minute was left. */
const heartbeat = 15_000;

/**
 * Does the steps that are not done yet; at the first one that cannot be done, takes back all that
 * was changed. Throws a UserError unless the release is in force everywhere.
 */
export async function carryOut(options: CarryOptions): Promise<void> {
  const carrier = new Carrier(options);
  const timer = setInterval(() => void carrier.note().catch(() => undefined), heartbeat);
  try {
    await carrier.run(options.back);
  } finally {
    clearInterval(timer);
  }
}

class Carrier {
  readonly #options: CarryOptions;
  readonly #deployment: Deployment;
  readonly #fleet: Fleet;
  readonly #doing: Doing;
  /** The host where something happens. */
  #at: string;
  /** What has ended there and is not in its log yet: it is noted together with what comes next. */
  #ended: StepRecord | undefined;
  /** Somebody else has it: the library hears nothing of us any more. */
  #isLost = false;

  constructor(options: CarryOptions) {
    this.#options = options;
    this.#deployment = options.deployment;
    this.#fleet = options.fleet;
    this.#at = options.deployment.hosts[0]!.name;
    const { fleet, deployment, source } = options;
    this.#doing = { fleet, deployment, source, keep: () => this.#fleet.insist(() => this.note()) };
  }

  async run(back: boolean): Promise<void> {
    const { steps } = this.#deployment;
    if (!back && !steps.some((step) => step.back)) {
      const failed = await this.#forward();
      if (failed === undefined) return this.#end('done');
      this.#deployment.problem = failed.message;
      this.#options.onBack(failed.message);
      await this.#goBack(failed.hint);
    } else {
      this.#deployment.problem ??= `${this.#deployment.holder} took it back.`;
      await this.#goBack('');
    }
  }

  /** What was wrong with the first step that could not be done. */
  async #forward(): Promise<UserError | undefined> {
    for (const step of this.#deployment.steps) {
      if (step.state === 'done') continue;
      if (this.#options.signal.aborted) {
        await this.note().catch(() => undefined);
        await this.#record();
        throw new UserError(rolloutErrors.interrupted, { to: this.#deployment.to, step: stepName(step) });
      }
      const failed = await this.#do(step);
      if (isLost(failed)) throw failed;
      // It is in force and well: what is left over on a disk is no reason to go back.
      if (failed !== undefined && step.kind !== 'prune') return failed;
    }
    return undefined;
  }

  /** All hosts that can be reached, whatever becomes of one of them. */
  async #goBack(hint: string): Promise<void> {
    await this.#planBack();
    const left = new Map<string, UserError>();
    for (const step of this.#deployment.steps.filter(({ back, state }) => back && state !== 'done')) {
      if (left.has(step.host)) continue;
      const failed = await this.#do(step);
      if (isLost(failed)) throw failed;
      if (failed !== undefined) left.set(step.host, failed);
    }
    const { to, problem = '' } = this.#deployment;
    if (left.size > 0) {
      await this.note().catch(() => undefined);
      await this.#record();
      const told = [...left].map(([host, { message }]) => `${host}: ${message}`).join('\n');
      throw new UserError(rolloutErrors.leftAsIs, { to, problem, left: told, hint });
    }
    await this.#end(this.#deployment.steps.some(({ back }) => back) ? 'taken back' : 'stopped');
    throw new UserError(rolloutErrors.takenBack, { to, problem, hint, log: '`reperio deploy log`' });
  }

  /** Steps on the way back, where there are none yet. */
  async #planBack(): Promise<void> {
    const deployment = this.#deployment;
    if (deployment.steps.some(({ back }) => back)) return;
    const added: Step[] = [...backSteps(deployment)];
    const first = deployment.hosts[0]!;
    if (added.length > 0 && (await this.#indexIsTooNew()))
      added.unshift({ host: first.name, kind: 'index', back: true });
    deployment.steps = [
      ...deployment.steps.filter(({ state }) => state !== 'planned'),
      ...added.map((step): StepRecord => ({ ...step, state: 'planned' })),
    ];
  }

  /** When the last node knew the newer index, it may have been made at once. */
  async #indexIsTooNew(): Promise<boolean> {
    const { hosts, indexBefore } = this.#deployment;
    const [first] = hosts;
    const asking = askingFolder(this.#doing, first!);
    const found = await lookOn(this.#fleet, first!.name, asking, { library: true }).catch(() => undefined);
    const index = found?.library?.index;
    return index !== undefined && indexBefore.length > 0 && knownPair(index, indexBefore) === undefined;
  }

  async #do(step: StepRecord): Promise<UserError | undefined> {
    const { onStep, recorder } = this.#options;
    const began = Date.now();
    const clock = performance.now();
    Object.assign(step, { state: 'running', began, said: undefined, seconds: undefined });
    this.#at = step.host;
    onStep(step);
    const done = (state: StepRecord['state'], said: string | undefined): void => {
      Object.assign(step, { state, said, seconds: Math.round(performance.now() - clock) / 1000 });
    };
    try {
      const said = await this.#fleet.insist(async () => {
        // A host that cannot write it down can be brought back all the same.
        await this.note().catch((error: unknown) => {
          if (!step.back || isLost(error) || isConnectionTrouble(error)) throw error;
        });
        return doStep(this.#doing, step);
      });
      done('done', said);
      // From now on there is a program that knows how.
      if (step.kind === 'verify' && step.host === this.#deployment.hosts[0]!.name && !this.#deployment.isRollback)
        await recorder.use(newFolder(this.#doing));
      return undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      done('failed', error.message);
      return error;
    } finally {
      this.#ended = step;
      // The library hears of it with the next word, when it is sure that this is ours still.
      onStep(step);
    }
  }

  /**
   * The state on the host where something happens and on the first one, and in the library; what
   * has ended in the log of its host.
   */
  async note(): Promise<void> {
    const deployment = this.#deployment;
    const ended = this.#ended;
    this.#ended = undefined;
    deployment.sequence++;
    const state = JSON.stringify(deployment);
    const line = ended === undefined ? '' : JSON.stringify({ id: deployment.id, to: deployment.to, ...ended });
    const names = [...new Set([this.#at, deployment.hosts[0]!.name, ...(ended === undefined ? [] : [ended.host])])];
    const noted = await Promise.allSettled(
      names.map((name) => this.#write(name, name === ended?.host ? line : '', state)),
    );
    const failed = noted.filter((each) => each.status === 'rejected');
    const lost = failed.find(({ reason }) => isLost(reason));
    this.#isLost ||= lost !== undefined;
    if (lost !== undefined || failed.length === names.length) throw (lost ?? failed[0])!.reason;
    if (!this.#isLost) this.#options.recorder.tell(deployment);
  }

  async #write(name: string, line: string, state: string): Promise<void> {
    const host = await this.#fleet.host(name);
    const { id, to, turn = 0 } = this.#deployment;
    const words = [this.#fleet.folder, id, String(turn), line];
    const said = await host.script(noteScript, words, { input: `${state}\n`, what: 'noting how far it is' });
    if (said.trim() === 'lost') throw new UserError(rolloutErrors.lost, { to, host: name });
  }

  async #end(outcome: NonNullable<Deployment['outcome']>): Promise<void> {
    const deployment = this.#deployment;
    Object.assign(deployment, { outcome, ended: Date.now() });
    deployment.sequence++;
    const { id, to, from, holder, problem } = deployment;
    await this.note().catch((error: unknown) => {
      if (isLost(error)) throw error;
    });
    const line = JSON.stringify({ id, from, to, holder, outcome, problem });
    const state = JSON.stringify(deployment);
    const names = deployment.hosts.map(({ name }) => name);
    await Promise.all(names.map((name) => this.#write(name, line, state).catch(() => undefined)));
    const left = await unlockHosts(this.#fleet, names, id, deployment.turn ?? 0);
    if (left.length > 0)
      this.#options.onNote(
        `${left.join(', ')} could not be unlocked; when they answer: \`reperio deploy unlock --force\`.`,
      );
    await this.#record();
    await this.#options.recorder.unlock(id);
  }

  async #record(): Promise<void> {
    if (this.#isLost) return;
    this.#options.recorder.tell(this.#deployment);
    await this.#options.recorder.settled();
  }
}

function isLost(error: unknown): error is UserError {
  return error instanceof UserError && error.code === rolloutErrors.lost.code;
}
