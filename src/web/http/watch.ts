import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkPath, having } from '../../addresses/addresses.ts';
import type { Scoreboard } from '../../monitor/scoreboard.ts';
import type { WorkerMeter } from '../../monitor/worker-report.ts';
import { type StatementWatch, statementWatch } from '../../store/statements.ts';
import { webErrors } from './errors.ts';
import { isApi, sendProblem } from './problem.ts';

/** What looks on while requests are answered. */
export interface RequestWatch {
  readonly meter: WorkerMeter;
  readonly board: Scoreboard;
  /** Is the process so late that requests are refused before any work? */
  readonly isLate: () => boolean;
  /** How late it is: milliseconds on the mean of the last second. */
  readonly eventLoopLag: () => number;
}

/** Requests that an operator has refused, by the level of the site: no errors. */
const meant = new WeakSet<FastifyRequest>();

/** The answer to this request may be 503 without anything being wrong. */
export function refuseByIntent(request: FastifyRequest): void {
  meant.add(request);
}

const alwaysAnswered = having('whenLate');
/** Clients that are refused come back at different times: seconds. */
const comeBack = { least: 1, most: 5 };
const noRoute = 'no such page';

/**
 * Must be the first to add hooks: it counts what others refuse. `late` is what these are told, in
 * all languages.
 */
export function watchRequests(
  app: FastifyInstance,
  watch: RequestWatch,
  shown: (url: string) => string,
  late: string,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    const began = performance.now();
    watch.meter.begin();
    const line = watch.board.begin({ client: request.ip, method: request.method, url: shown(request.url) });
    // Also when the client went away: then there is no response.
    reply.raw.once('close', () => {
      line?.end();
      const route = routeOf(request);
      // What a check found is no error of ours, however it is told.
      const { statusCode } = reply.raw;
      const status = route.startsWith(checkPath) && statusCode === 503 ? 200 : statusCode;
      watch.meter.request(route, status, performance.now() - began);
      if (meant.has(request)) watch.meter.closed();
    });
    if (watch.isLate() && !alwaysAnswered(request.url)) {
      watch.meter.shed();
      const seconds = comeBack.least + Math.floor(Math.random() * (comeBack.most - comeBack.least + 1));
      // As cheap as can be: a page would make it later still.
      const { code, status } = webErrors.late;
      void reply.code(status).header('retry-after', String(seconds)).header('cache-control', 'no-store');
      if (isApi(request.url)) sendProblem(reply, { status, code, title: late });
      else reply.type('text/plain; charset=utf-8').send(`${late}\n`);
      return;
    }
    const statements: StatementWatch = {
      begin: () => {
        const start = performance.now();
        line?.statement();
        return () => watch.meter.statement(performance.now() - start);
      },
    };
    statementWatch.run(statements, done);
  });
}

function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? noRoute;
}
