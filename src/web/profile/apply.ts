import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isPasswordHash } from '../../people/password-hash.ts';
import { startRecording } from '../../profile/cpu-profiler.ts';
import { functionTimes } from '../../profile/functions.ts';
import { type KeptProfile, keepProfile, type MemoryChange, newProfileId } from '../../profile/kept.ts';
import { StatementRecorder } from '../../profile/statements.ts';
import { statementWatch } from '../../store/statements.ts';
import { type Profiled, profiledOf, rememberProfiled, type Wanted, wantedOf } from '../exchange/profile-asked.ts';
import { withoutSecrets } from '../http/secrets-in-url.ts';
import { flameAddress } from './flame.ts';
import { appendix } from './page.ts';

export interface ProfilingOptions {
  /** Where profiles are kept. */
  readonly folder: string;
  readonly may: (request: FastifyRequest) => boolean;
}

/** Microseconds: a page of 5 ms is met by 50 samples. */
const interval = 100;

/**
 * ?profile= and ?verbose= on any page, for whoever may `profiling`; from others they are passed
 * over without a word. The answer is drawn anew, kept by no cache, and has the profile below it;
 * what is not a page names it in the header X-Profile. Must come after it is known who asks.
 */
export function applyProfiling(app: FastifyInstance, { folder, may }: ProfilingOptions): void {
  let requests = 0;
  /** One end for each, whoever comes first: the answer or the client that goes away. */
  const finished = new WeakMap<Profiled, Promise<KeptProfile | undefined>>();
  const finishOnce = (
    request: FastifyRequest,
    reply: FastifyReply,
    one: Profiled,
  ): Promise<KeptProfile | undefined> => {
    const before = finished.get(one) ?? finish(request, reply, one, requests, folder);
    finished.set(one, before);
    return before;
  };
  app.addHook('onRequest', (request, reply, done) => {
    requests++;
    const wanted = wantedOf(request.url);
    if (wanted === undefined || !may(request)) return done();
    delete request.headers['if-none-match'];
    const over = (): void => {
      const one = profiledOf(request);
      if (one !== undefined)
        finishOnce(request, reply, one).catch((error: unknown) => request.log.error({ err: error }, 'profile'));
    };
    reply.raw.once('close', over);
    begin(request, wanted, requests).then(
      ({ statements }) => {
        // The client had gone before there was anything to end.
        if (reply.raw.destroyed) over();
        const before = statementWatch.getStore();
        const both = {
          begin: (text: string, values: readonly unknown[]) => {
            const ends = [before?.begin(text, values), statements.begin(text, values)];
            return (rows: number) => {
              for (const end of ends) end?.(rows);
            };
          },
        };
        statementWatch.run(both, done);
      },
      (error: Error) => done(error),
    );
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const one = profiledOf(request);
    if (one === undefined) done(null, payload);
    else shown(request, reply, payload, one).then((answer) => done(null, answer), done);
  });
  const shown = async (
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
    one: Profiled,
  ): Promise<unknown> => {
    reply.removeHeader('etag').removeHeader('last-modified').header('cache-control', 'private, no-store');
    if (one.stop !== undefined) reply.header('x-profile', `/profiles/${one.id}`);
    // A stream: what makes it counts as well, and the end of the answer ends it.
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload) && payload !== null && payload !== undefined)
      return payload;
    const kept = await finishOnce(request, reply, one);
    if (kept !== undefined && one.kinds.includes('flame')) {
      reply.code(303).header('location', flameAddress(kept.id)).type('text/plain; charset=utf-8');
      return 'see the flame graph\n';
    }
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
    if (!isPage || typeof payload !== 'string') return payload;
    const drawn = appendix(kept, one);
    const end = payload.lastIndexOf('</body>');
    return end === -1 ? payload : `${payload.slice(0, end)}${drawn}${payload.slice(end)}`;
  };
}

async function begin(request: FastifyRequest, wanted: Wanted, requestsBefore: number): Promise<Profiled> {
  const { kinds } = wanted;
  const counts = kinds.some((kind) => kind === 'calls' || kind === 'ncalls' || kind === 'pcalls');
  const one: Profiled = {
    ...wanted,
    id: newProfileId(),
    statements: new StatementRecorder(),
    stages: [],
    requestsBefore,
    memory: process.memoryUsage(),
    stop: kinds.length === 0 ? undefined : await startRecording({ interval, counts, heap: kinds.includes('heap') }),
    began: performance.now(),
  };
  rememberProfiled(request, one);
  return one;
}

async function finish(
  request: FastifyRequest,
  reply: FastifyReply,
  one: Profiled,
  requests: number,
  folder: string,
): Promise<KeptProfile | undefined> {
  const took = performance.now() - one.began;
  const recording = await one.stop?.();
  if (recording === undefined) return undefined;
  const profile: KeptProfile = {
    id: one.id,
    when: Date.now(),
    what: `${request.method} ${withoutSecrets(request.url)}`.slice(0, 2000),
    took,
    status: reply.statusCode,
    others: requests - one.requestsBefore,
    functions: functionTimes(recording.cpu, recording.calls),
    statements: one.statements.statements().map((statement) => ({ ...statement, values: statement.values.map(plain) })),
    stages: one.stages,
    memory: changeSince(one.memory),
    heap: recording.heap,
    cpu: recording.cpu,
  };
  await keepProfile(folder, profile);
  return profile;
}

/** Secrets are sent as bytes, and passwords as hashes that say so; none is kept. */
function plain(value: unknown): unknown {
  return value instanceof Uint8Array || (typeof value === 'string' && isPasswordHash(value)) ? null : value;
}

function changeSince(before: NodeJS.MemoryUsage): MemoryChange {
  const now = process.memoryUsage();
  return Object.fromEntries(
    Object.entries(now).map(([name, bytes]) => [name, { bytes, more: bytes - before[name as keyof typeof before] }]),
  );
}
