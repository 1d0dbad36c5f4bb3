import type { WorkerExit } from '../monitor/node-status.ts';
import type { Member } from './member.ts';

const kept = 20;

/** Workers that ended by themselves. */
export class Exits {
  readonly #latest: WorkerExit[] = [];
  #count = 0;

  /** The newest first. */
  get latest(): readonly WorkerExit[] {
    return this.#latest;
  }

  get count(): number {
    return this.#count;
  }

  add(member: Member, how: string, running: WorkerExit['running']): WorkerExit {
    const { place, pid, age, said } = member;
    const death = { when: Date.now(), place, pid, how, age: Math.round(age / 1000), running, said };
    this.#count++;
    this.#latest.unshift(death);
    this.#latest.splice(kept);
    return death;
  }
}

/** A sentence for the log, without its end. */
export function exitSentence({ place, pid, how, age, running }: WorkerExit): string {
  const doing = running.map(({ method, url }) => `${method} ${url}`).join(', ');
  const last = doing === '' ? '' : `; it was answering ${doing.slice(0, 500)}`;
  return `Worker ${place + 1} (process ${pid}) failed with ${how} after ${age} s${last}`;
}

export function lastWords({ said }: Pick<Member, 'said'>): string {
  return said.length === 0 ? 'It wrote no message.' : `Its last output: ${said.slice(-5).join(' | ')}`;
}
