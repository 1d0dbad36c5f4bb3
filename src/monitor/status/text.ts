import type { TaskState } from '../../jobs/task-state.ts';
import { isGone, type NodeStatus, otherReleases, type WorkerStatus } from '../node-status.ts';
import type { NodeView } from './node-view.ts';
import { count, duration, megabytes, milliseconds, rate } from './numbers.ts';

/** In the manner of httpd's mod_status with ?auto, so that what reads that reads this; our own numbers follow. */
export function statusAuto(status: NodeStatus): string {
  const { totals, workers, samples, now, started } = status;
  const uptime = Math.max(1, Math.round((now - started) / 1000));
  const last = samples.at(-1);
  const busy = workers.filter(({ running }) => running.length > 0).length;
  const lines: readonly (readonly [string, string | number])[] = [
    ['Total Accesses', totals.requests],
    ['Uptime', uptime],
    ['ReqPerSec', (totals.requests / uptime).toFixed(3)],
    ['BusyWorkers', busy],
    ['IdleWorkers', workers.filter(({ state }) => state === 'ready').length - busy],
    ['Scoreboard', workers.map(letter).join('')],
    ['Node', status.name],
    ['Version', status.version],
    ['State', status.state],
    ['CurrentReqPerSec', (last?.requests ?? 0).toFixed(3)],
    ['CurrentErrorsPerSec', (last?.errors ?? 0).toFixed(3)],
    ['CurrentP95Milliseconds', (last?.p95 ?? 0).toFixed(1)],
    ['EventLoopLagMilliseconds', (last?.lag ?? 0).toFixed(1)],
    ['Shed', totals.shed],
    ['WorkerDeaths', status.deathCount],
    ['SqlStatements', totals.statements],
    ['ResidentBytes', workers.reduce((sum, { report }) => sum + (report?.memory.resident ?? 0), status.resident)],
  ];
  return `${lines.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`;
}

/** As in httpd's scoreboard: "_" waits for a request, "W" answers one, "S" starts, "G" finishes; "!" is silent. */
function letter({ state, running }: WorkerStatus): string {
  if (state === 'starting') return 'S';
  if (state === 'leaving') return 'G';
  if (state === 'silent') return '!';
  return running.length > 0 ? 'W' : '_';
}

/** The supervisor keeps the release with which it was started. */
export function othersText(releases: readonly string[]): string {
  return `Workers are of release ${releases.join(', ')} since a reload; the process that accepts connections stays at its own until it is restarted.`;
}

/** For a terminal. */
export function statusText({ status, nodes, tasks }: NodeView): string {
  const { now, samples } = status;
  const last = samples.at(-1);
  const lines = [
    `${status.name}  ${status.state}  ${status.address}  version ${status.version}, process ${status.pid}, up ${duration(now - status.started)}`,
    `${rate(last?.requests ?? 0)} requests/s, 95 % in ${milliseconds(last?.p95 ?? 0)} ms, ${rate(last?.errors ?? 0)} errors/s, event loop late ${milliseconds(last?.lag ?? 0)} ms; ${count(status.totals.requests)} requests in all, ${status.deathCount} workers died`,
  ];
  const others = otherReleases(status);
  if (others.length > 0) lines.push(othersText(others));
  for (const { place, pid, state, started, report } of status.workers) {
    const facts =
      report === undefined
        ? ''
        : `  ${count(report.requests)} requests, busy ${(report.loop.busy * 100).toFixed(0)} %, late ${milliseconds(report.loop.p99)} ms, ${megabytes(report.memory.resident)}, SQL ${report.pool.open - report.pool.idle} busy ${report.pool.waiting} waiting, index ${report.index.manifest} read ${duration(report.index.age)} ago`;
    lines.push(`  worker ${place + 1}  ${pid}  ${state}  up ${duration(now - started)}${facts}`);
    if (report?.index.problem !== undefined) lines.push(`    ${report.index.problem}`);
  }
  const { pid, started, doing, deaths, lastDeath } = status.background;
  const state = pid === 0 ? 'not running' : `${pid}  up ${duration(now - started)}`;
  lines.push(`  background  ${state}${doing === undefined ? '' : `  at work: ${doing}`}`);
  if (deaths > 0)
    lines.push(`    ended by itself ${deaths === 1 ? 'once' : `${deaths} times`}; the last time it ${lastDeath ?? ''}`);
  const running = status.workers.flatMap((worker) => worker.running.map((request) => ({ worker, request })));
  for (const { worker, request } of running.sort((a, b) => a.request.began - b.request.began))
    lines.push(
      `  running ${duration(now - request.began)}, ${request.statements} SQL, worker ${worker.place + 1}: ${request.client} ${request.method} ${request.url}`,
    );
  for (const death of status.deaths.slice(0, 5))
    lines.push(
      `  died ${duration(now - death.when)} ago: worker ${death.place + 1} with ${death.how} after ${duration(death.age * 1000)}${death.running.map(({ method, url }) => `, answering ${method} ${url}`).join('')}`,
    );
  if (nodes === undefined) lines.push('The database cannot be asked, so nothing is known of other nodes.');
  for (const { summary, age, skew } of nodes ?? [])
    lines.push(
      `node ${summary.name}  ${isGone(age) ? `gone for ${duration(age)}` : summary.state}  ${summary.address}  version ${summary.version}, ${summary.ready} of ${summary.workers} workers, ${rate(summary.perSecond)} requests/s, clock ${(skew / 1000).toFixed(2)} s`,
    );
  for (const state of tasks ?? []) lines.push(...taskLines(state));
  return `${lines.join('\n')}\n`;
}

/** What it did, and under it what must be looked at. */
export function taskLines({ name, succeeded, did, took, node, problem, ...state }: TaskState): readonly string[] {
  const past =
    succeeded === null
      ? 'never done yet'
      : `done ${duration(succeeded)} ago in ${duration(took ?? 0)} on ${node}: ${did}`;
  return [`task ${name}  ${taskTime(state)}, ${past}`, ...(problem === null ? [] : [`  ${problem}`])];
}

/** "in 5 min", "running for 3.0 s", "20 s late". */
export function taskTime({ running, due }: Pick<TaskState, 'running' | 'due'>): string {
  if (running !== null) return `running for ${duration(running)}`;
  return due > 0 ? `in ${duration(due)}` : `${duration(-due)} late`;
}
