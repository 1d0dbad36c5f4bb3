/**
 * A process on a host that adds files to a record, each request with an Idempotency-Key of its own,
 * until a line comes on its standard input; a request that fails is sent again under its key. Then
 * it looks up how often each was applied: all are versions of one document, so a request that is
 * applied twice is two versions.
 */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { GapMeter } from './gap.ts';
import type { Failure, UploadPlan, UploadReport } from './report.ts';

/** Milliseconds. */
const pause = 50;
const answerLimit = 15_000;
const afterFailure = 50;
const mostAttempts = 20;

const { url, record, person, password, loops } = JSON.parse(process.argv[2]!) as UploadPlan;
const files = `/api/records/${record}/files`;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(path: string, options: RequestOptions, body?: string): Promise<Answer> {
  const asked = request(`${url}${path}`, { timeout: answerLimit, ...options });
  asked.on('timeout', () => asked.destroy(new Error(`no answer in ${answerLimit} ms`)));
  asked.end(body);
  const [answer] = await once(asked, 'response');
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

async function signIn(): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const { status, headers: told } = await ask(
    '/api/login',
    { method: 'POST', headers },
    JSON.stringify({ name: person, password }),
  );
  const cookie = told['set-cookie']?.[0]?.split(';')[0];
  if (cookie === undefined) throw new Error(`no sign-in for ${person}: status ${status}`);
  return cookie;
}

const cookie = await signIn();
const failed: Failure[] = [];
const applied: string[] = [];
const gaps = new GapMeter();
let requests = 0;
let unanswered = 0;
let slowest = 0;
let stopping = false;

/** One request, sent until it is answered. */
async function upload(content: string, agent: Agent): Promise<void> {
  const key = randomUUID();
  const headers = { cookie, 'content-type': 'application/octet-stream', 'idempotency-key': key };
  requests++;
  const begun = Date.now();
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const at = Date.now();
    const note = (error: string): Failure => {
      return { at, after: Date.now() - at, method: 'POST', path: files, error, reused: attempt > 1 };
    };
    try {
      const { status, body } = await ask(`${files}?name=cluster.txt`, { method: 'POST', headers, agent }, content);
      if (status === 200 || status === 201) {
        applied.push(createHash('sha256').update(content).digest('hex'));
        slowest = Math.max(slowest, Date.now() - begun);
        gaps.success();
        return;
      }
      failed.push(note(`status ${status}: ${body.slice(0, 200)}`));
    } catch (error) {
      failed.push(note((error as Error).message));
    }
    await sleep(afterFailure);
  }
  unanswered++;
}

async function loop(number: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let turn = 1; !stopping; turn++) {
    await upload(`${number} ${turn} ${randomUUID()}`, agent);
    await sleep(pause);
  }
}

const started = performance.now();
const running = Array.from({ length: loops }, (_, at) => loop(at));
process.stdout.write('begun\n');
await once(process.stdin, 'data');
const seconds = (performance.now() - started) / 1000;
const { gap } = gaps.longest;
stopping = true;
await Promise.all(running);
const { body } = await ask(files, { headers: { cookie } });
const times = new Map<string, number>();
for (const { sha256 } of (JSON.parse(body) as { files: { sha256: string }[] }).files)
  times.set(sha256, (times.get(sha256) ?? 0) + 1);
const report: UploadReport = {
  ...{ seconds, requests, failed, unanswered, gap, slowest },
  lost: applied.filter((digest) => !times.has(digest)).length,
  repeated: applied.filter((digest) => (times.get(digest) ?? 0) > 1).length,
};
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
