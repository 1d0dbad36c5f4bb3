import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ReaderCounts {
  /** Readers who connect anew for each request. */
  readonly fresh: number;
  /** Readers who keep their connection. */
  readonly kept: number;
  /** Milliseconds from an answer to the next question; default none. */
  readonly pause?: number;
}

/**
 * Readers of one address, who ask again at once; what failed, and how long the longest answer took.
 */
export class Readers {
  answered = 0;
  readonly failures: string[] = [];
  /** Milliseconds. */
  longest = 0;
  readonly #url: string;
  readonly #pause: number;
  readonly #agent: Agent;
  readonly #ended: readonly Promise<void>[];
  #over = false;

  constructor(url: string, { fresh, kept, pause = 0 }: ReaderCounts) {
    this.#url = url;
    this.#pause = pause;
    const agent = new Agent({ keepAlive: true, maxSockets: kept });
    this.#agent = agent;
    const agents = [...Array.from({ length: fresh }, () => undefined), ...Array.from({ length: kept }, () => agent)];
    this.#ended = agents.map((each) => this.#read(each));
  }

  /** The longest from now on. */
  forget(): void {
    this.longest = 0;
  }

  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#ended);
    this.#agent.destroy();
  }

  async #read(agent: Agent | undefined): Promise<void> {
    while (!this.#over) {
      const began = performance.now();
      const failure = await this.#ask(agent);
      this.longest = Math.max(this.longest, performance.now() - began);
      if (failure === undefined) this.answered++;
      else this.failures.push(failure);
      if (this.#pause > 0) await sleep(this.#pause);
    }
  }

  #ask(agent: Agent | undefined): Promise<string | undefined> {
    return new Promise((resolve) => {
      get(this.#url, { agent: agent ?? false }, (response) => {
        response.resume();
        response.on('error', (error) => resolve(error.message));
        response.on('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
      }).on('error', (error) => resolve(error.message));
    });
  }
}
