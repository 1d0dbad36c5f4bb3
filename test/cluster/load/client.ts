/**
 * A process on a host that asks pages until a line comes on its standard input, and then prints
 * what became of them. Its plan is its argument.
 */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { GapMeter } from './gap.ts';
import type { Failure, LoadPlan, LoadReport } from './report.ts';

/** Milliseconds. */
const connectLimit = 500;
const answerLimit = 15_000;
const afterRefusal = 20;

const plan = JSON.parse(process.argv[2]!) as LoadPlan;
const failed: Failure[] = [];
const refused: Failure[] = [];
const times: number[] = [];
const statuses: Record<string, number> = {};
const gaps = new GapMeter();
let marked = 0;
let stopping = false;

class Refused extends Error {}

interface Answer {
  readonly status: number;
  readonly reused: boolean;
}

/** One request, whole answer included. */
async function ask(path: string, agent: Agent | false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${plan.url}${path}`, { agent, timeout: answerLimit }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        if (plan.mark !== undefined) text += part;
      });
      answer.on('error', fail);
      answer.on('end', () => {
        if (!answer.complete) return fail(new Error('the answer was cut'));
        if (plan.mark !== undefined && text.includes(plan.mark)) marked++;
        resolve({ status: answer.statusCode!, reused: asked.reusedSocket });
      });
    });
    let connected = false;
    let slow: NodeJS.Timeout | undefined;
    const fail = (error: Error): void => {
      clearTimeout(slow);
      reject(Object.assign(connected ? error : new Refused(error.message), { reused: asked.reusedSocket }));
    };
    asked.on('socket', (socket) => {
      connected = !socket.connecting;
      if (connected) return;
      slow = setTimeout(() => asked.destroy(new Error('no connection in time')), connectLimit);
      socket.once('connect', () => {
        connected = true;
        clearTimeout(slow);
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${answerLimit} ms`)));
    asked.on('error', fail);
    asked.end();
  });
}

async function loop(number: number, agent: Agent | false): Promise<void> {
  await sleep((plan.pause * number) / (plan.keeping + plan.fresh));
  for (let turn = number; !stopping; turn++) {
    const path = plan.paths[turn % plan.paths.length]!;
    const begun = performance.now();
    const at = Date.now();
    const note = (error: string, reused: boolean): Failure => {
      const after = Math.round(performance.now() - begun);
      return { at, after, method: 'GET', path, error, reused };
    };
    try {
      const { status, reused } = await ask(path, agent);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status < 400 || plan.accepted?.includes(status)) {
        times.push(performance.now() - begun);
        gaps.success();
      } else failed.push(note(`status ${status}`, reused));
    } catch (error) {
      const { message, reused } = error as Error & { reused: boolean };
      if (error instanceof Refused) refused.push(note(message, false));
      else failed.push(note(message, reused));
      await sleep(afterRefusal);
    }
    const rest = plan.pause - (performance.now() - begun);
    if (rest > 0) await sleep(rest);
  }
}

const started = performance.now();
const loops = [
  ...Array.from({ length: plan.keeping }, (_, at) => loop(at, new Agent({ keepAlive: true, maxSockets: 1 }))),
  ...Array.from({ length: plan.fresh }, (_, at) => loop(plan.keeping + at, false)),
];
process.stdout.write('begun\n');
await once(process.stdin, 'data');
const seconds = (performance.now() - started) / 1000;
const { gap, gapAt } = gaps.longest;
stopping = true;
await Promise.all(loops);
times.sort((a, b) => a - b);
const part = (share: number): number => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
const report: LoadReport = {
  seconds,
  requests: times.length + failed.length,
  failed,
  refused,
  gap,
  gapAt,
  p50: part(0.5),
  p99: part(0.99),
  slowest: Math.round(times.at(-1) ?? 0),
  marked,
  statuses,
};
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
