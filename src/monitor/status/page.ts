import { attribute, type Html, type HtmlValue, html, raw } from '../../html/html.ts';
import { countsText, type JobCount } from '../../jobs/queue/count.ts';
import type { TaskState } from '../../jobs/task-state.ts';
import { judged } from '../check/judge.ts';
import { isGone, type NodeStatus, otherReleases, type WorkerState, type WorkerStatus } from '../node-status.ts';
import type { KnownNode } from '../nodes.ts';
import type { NodeView } from './node-view.ts';
import { ahead, count, duration, megabytes, milliseconds, percent, rate } from './numbers.ts';
import { sparkline } from './sparkline.ts';
import { statusStyle } from './style.ts';
import { backupTexts, failedReloadText, othersText, taskTime } from './text.ts';

export interface StatusPage extends NodeView {
  /** Seconds after which the page is to be loaded again; undefined: not by itself. */
  readonly refresh: number | undefined;
}

const routesShown = 25;
/** A request that runs for so long is worth a look, in ms. */
const slowRequest = 1_000;
const lateLoop = 200;

/**
 * What an operator reads at night. It needs nothing but the status: no database, no site file, no
 * script.
 */
export function statusDocument({ status, nodes, tasks, jobs, backup, refresh }: StatusPage): string {
  const last = status.samples.at(-1);
  const { samples } = status;
  const others = otherReleases(status);
  const failedReload = failedReloadText(status);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
${refresh !== undefined && html`<meta http-equiv="refresh" content="${refresh}">`}
<title>${status.name}: ${status.state}</title>
<style>${raw(statusStyle)}</style>
</head>
<body>
<header>
<h1>${status.name} <span class="${status.state === 'serving' ? 'good' : 'warn'}">${status.state}</span></h1>
<p class="soft">Reperio ${status.version} at ${status.address}, process ${status.pid} on ${status.host}, up ${duration(status.now - status.started)}, ${status.reloads} reloads. Load ${status.load.map((one) => one.toFixed(1)).join(' ')} on ${status.cores} cores, ${megabytes(status.memory.free)} of ${megabytes(status.memory.total)} free. ${new Date(status.now).toISOString()}</p>
<nav class="soft">${refresh === undefined ? html`<a href="?refresh=5">Refresh every 5 s</a>` : html`Refreshed every ${refresh} s. <a href="?">Stop</a>`} · <a href="?auto">for scripts</a> · <a href="?format=json">JSON</a> · <a href="/metrics">metrics</a></nav>
</header>
<main>
${others.length > 0 && html`<p class="warn">${othersText(others)}</p>`}
${failedReload !== undefined && html`<p class="warn">${failedReload}</p>`}
<ul class="tiles">
${tile(
  'requests a second',
  rate(last?.requests ?? 0),
  samples.map(({ requests }) => requests),
)}
${tile(
  '95 % answered within, ms',
  milliseconds(last?.p95 ?? 0),
  samples.map(({ p95 }) => p95),
)}
${tile(
  'errors (5xx) a second',
  rate(last?.errors ?? 0),
  samples.map(({ errors }) => errors),
  (last?.errors ?? 0) > 0 ? 'bad' : undefined,
)}
${tile(
  'event-loop lag, ms',
  milliseconds(last?.lag ?? 0),
  samples.map(({ lag }) => lag),
  (last?.lag ?? 0) > lateLoop ? 'warn' : undefined,
)}
</ul>
${checkTable(status)}
${running(status)}
${workers(status)}
${routes(status)}
${index(status)}
${deaths(status)}
${background(status)}
${taskTable(tasks)}
${jobsLine(jobs)}
${backup !== undefined && html`<h2>Backups</h2>${backupTexts(backup).map(({ text, isBad }) => html`<p${attribute('class', isBad ? 'bad' : undefined)}>${text}</p>`)}`}
${nodeTable(nodes, status)}
</main>
</body>
</html>
`.text;
}

function tile(label: string, value: string, history: readonly number[], mood?: string): Html {
  return html`<li><b${attribute('class', mood)}>${value}</b><span class="soft">${label}</span>${sparkline(history, label)}</li>`;
}

interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly text?: true;
}

function table(caption: string, columns: readonly Column[], rows: readonly (readonly HtmlValue[])[]): Html {
  return html`<h2>${caption}</h2>
${bareTable(caption, columns, rows)}`;
}

function bareTable(label: string, columns: readonly Column[], rows: readonly (readonly HtmlValue[])[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table><thead><tr>${columns.map(({ title, text }) => html`<th scope="col"${attribute('class', text ? undefined : 'n')}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, at) => html`<td${attribute('class', columns[at]?.title === 'Request' ? 'url' : columns[at]?.text ? undefined : 'n')}>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

const checkMoods = { ok: 'good', warning: 'warn', critical: 'bad', unknown: 'soft' } as const;

const checkColumns: readonly Column[] = [
  { title: 'Check', text: true },
  { title: 'State', text: true },
  { title: 'Found', text: true },
  { title: 'When', text: true },
];

/**
 * The worst first; those that are ok are folded up. A node of a release without checks has none.
 */
function checkTable({ checks = [], now }: NodeStatus): Html | false {
  if (checks.length === 0) return false;
  const found = judged(checks);
  const rowOf = ({ name, answer, when }: (typeof found)[number]): readonly HtmlValue[] => [
    name,
    html`<span class="${checkMoods[answer.state]}">${answer.state}</span>`,
    html`${answer.sentence}${answer.fix !== undefined && html` Try: <code>${answer.fix}</code>`}`,
    `${duration(now - when)} ago`,
  ];
  const wrong = found.filter(({ answer }) => answer.state !== 'ok');
  const well = found.filter(({ answer }) => answer.state === 'ok');
  const summary =
    wrong.length === 0 ? `All ${well.length} checks are ok` : `${well.length} of ${found.length} checks are ok`;
  return html`<h2>Checks</h2>
${wrong.length > 0 && bareTable('Checks', checkColumns, wrong.map(rowOf))}
${well.length > 0 && html`<details><summary>${summary}</summary>${bareTable('Checks that are ok', checkColumns, well.map(rowOf))}</details>`}`;
}

function running({ workers: all, now }: NodeStatus): Html {
  const rows = all
    .flatMap(({ place, running: requests }) => requests.map((request) => ({ place, ...request })))
    .sort((a, b) => a.began - b.began)
    .map(({ place, began, statements, client, method, url }) => [
      html`<span${attribute('class', now - began > slowRequest ? 'warn' : undefined)}>${duration(now - began)}</span>`,
      count(statements),
      String(place + 1),
      client,
      `${method} ${url}`,
    ]);
  if (rows.length === 0) return html`<h2>Running requests</h2><p class="soft">None at this moment.</p>`;
  return table(
    'Running requests',
    [
      { title: 'Age' },
      { title: 'SQL' },
      { title: 'Worker' },
      { title: 'From', text: true },
      { title: 'Request', text: true },
    ],
    rows,
  );
}

const moods: Readonly<Record<WorkerState, string>> = {
  starting: 'warn',
  ready: 'good',
  leaving: 'soft',
  silent: 'bad',
};

function workers({ workers: all, now, waiting }: NodeStatus): Html {
  const columns = [
    { title: 'Worker' },
    { title: 'Process' },
    { title: 'State', text: true },
    { title: 'Up' },
    { title: 'Failures' },
    { title: 'Requests' },
    { title: 'Connections' },
    { title: 'Busy' },
    { title: 'Lag, ms' },
    { title: 'Resident' },
    { title: 'Heap' },
    { title: 'SQL connections' },
    { title: 'Index' },
  ] as const;
  const rows = all.map((worker) => [
    String(worker.place + 1),
    String(worker.pid),
    html`<span class="${moods[worker.state]}">${worker.state}${worker.state === 'silent' && html` for ${duration(now - (worker.reported ?? worker.started))}`}</span>`,
    duration(now - worker.started),
    html`<span${attribute('class', worker.deaths > 0 ? 'warn' : undefined)}>${worker.deaths}</span>`,
    ...reported(worker),
  ]);
  return html`${table('Workers', columns, rows)}${waiting > 0 && html`<p class="bad">${waiting} connections are waiting for a worker.</p>`}`;
}

function reported({ report }: WorkerStatus): readonly HtmlValue[] {
  if (report === undefined) return Array.from({ length: 8 }, () => '');
  const { pool, loop, memory, index: view } = report;
  return [
    count(report.requests),
    count(report.connections),
    percent(loop.busy),
    html`<span${attribute('class', loop.p99 > lateLoop ? 'warn' : undefined)}>${milliseconds(loop.p99)}</span>`,
    megabytes(memory.resident),
    megabytes(memory.heap),
    html`<span${attribute('class', pool.waiting > 0 ? 'bad' : undefined)}>${pool.open - pool.idle} busy, ${pool.idle} idle${pool.waiting > 0 && html`, ${pool.waiting} waiting`}</span>`,
    html`<span${attribute('class', view.age > 5_000 || view.problem !== undefined ? 'bad' : undefined)}>version ${view.manifest}, read ${duration(view.age)} ago</span>`,
  ];
}

function routes({ routes: all }: NodeStatus): Html | false {
  if (all.length === 0) return false;
  return table(
    'Routes, in the last minute',
    [
      { title: 'Route', text: true },
      { title: 'a second' },
      { title: 'median ms' },
      { title: '95 % ms' },
      { title: '99 % ms' },
      { title: 'all' },
      { title: 'five minutes', text: true },
    ],
    all
      .slice(0, routesShown)
      .map(({ route, perSecond, median, p95, p99, requests, history }) => [
        route,
        rate(perSecond),
        milliseconds(median),
        milliseconds(p95),
        milliseconds(p99),
        count(requests),
        sparkline(history, `requests to ${route}`),
      ]),
  );
}

function index({ workers: all }: NodeStatus): Html | false {
  const reports = all.flatMap(({ report }) => (report === undefined ? [] : [report]));
  const newest = reports.toSorted((a, b) => b.index.manifest - a.index.manifest)[0];
  if (newest === undefined) return false;
  const { records, segments, deltas, manifest } = newest.index;
  const problems = [...new Set(reports.flatMap(({ index: view }) => view.problem ?? []))];
  const caches = new Map<string, { bytes: number; hits: number; misses: number }>();
  for (const report of reports) {
    for (const [name, { bytes, hits, misses }] of Object.entries(report.caches)) {
      const sum = caches.get(name) ?? { bytes: 0, hits: 0, misses: 0 };
      caches.set(name, { bytes: sum.bytes + bytes, hits: sum.hits + hits, misses: sum.misses + misses });
    }
  }
  return html`<h2>Index</h2>
<p>${count(records)} records in ${segments} segments, version ${manifest}; ${count(deltas)} newer record versions are searched from memory until they are in a segment.</p>
${problems.map((problem) => html`<p class="bad">${problem}</p>`)}
<p class="soft">Decoded and kept in all workers: ${[...caches].map(([name, { bytes, hits, misses }], at) => html`${at > 0 && '; '}${name} ${megabytes(bytes)}, found ${percent(hits / Math.max(1, hits + misses))} of the time`)}.</p>`;
}

function deaths({ deaths: all, deathCount, now }: NodeStatus): Html | false {
  if (deathCount === 0) return false;
  return html`<h2>Failed workers: ${deathCount}</h2>
<ul>${all
    .slice(0, 10)
    .map(
      (death) =>
        html`<li>${duration(now - death.when)} ago, worker ${death.place + 1} (process ${death.pid}) with <span class="bad">${death.how}</span> after ${duration(death.age * 1000)}${death.running.length > 0 && html`; it was answering ${death.running.map(({ method, url }) => `${method} ${url}`).join(', ')}`}${death.said.length > 0 && html`<pre>${death.said.slice(-8).join('\n')}</pre>`}</li>`,
    )}</ul>`;
}

function background({ background: process, now }: NodeStatus): Html {
  const { pid, started, doing, deaths: count, lastDeath, thumbnailTrouble } = process;
  const state =
    pid === 0 ? html`<span class="bad">not running</span>` : html`process ${pid}, up ${duration(now - started)}`;
  const ended = html`<p>It has failed ${count === 1 ? 'once' : `${count} times`}; the last time it <span class="bad">${lastDeath ?? ''}</span>.</p>`;
  return html`<h2>Background process</h2>
<p>Maintains the index and runs periodic tasks: ${state}${doing !== undefined && html`; now ${doing}`}.</p>
${count > 0 && ended}${thumbnailTrouble !== undefined && html`<p>Documents have no thumbnails: <span class="bad">${thumbnailTrouble}</span>.</p>`}`;
}

/** A task that nobody has begun for so long, in ms, is one that nobody does. */
const lateTask = 600_000;

function taskTable(tasks: readonly TaskState[] | undefined): Html | false {
  if (tasks === undefined || tasks.length === 0) return false;
  const rows = tasks.map(({ name, node, succeeded, took, did, problem, ...state }) => [
    name,
    html`<span${attribute('class', state.due < -lateTask && state.running === null ? 'bad' : undefined)}>${taskTime(state)}</span>`,
    succeeded === null ? 'never' : `${duration(succeeded)} ago`,
    took === null ? '' : duration(took),
    node ?? '',
    html`${did ?? ''}${problem !== null && html` <span class="bad">${problem}</span>`}`,
  ]);
  return table(
    'Periodic tasks of all nodes',
    [
      { title: 'Task', text: true },
      { title: 'Next', text: true },
      { title: 'Last done', text: true },
      { title: 'Took' },
      { title: 'Node', text: true },
      { title: 'Result', text: true },
    ],
    rows,
  );
}

function jobsLine(jobs: readonly JobCount[] | undefined): Html | false {
  const text = jobs && countsText(jobs);
  return text !== undefined && html`<h2>Jobs of people</h2><p>${text}.</p>`;
}

/** Clocks that differ more make sessions and dates wrong, in ms. */
const clockTolerance = 1_000;

function nodeTable(nodes: readonly KnownNode[] | undefined, { version, name }: NodeStatus): Html {
  if (nodes === undefined)
    return html`<h2>Nodes</h2><p class="bad">The database does not answer, so nothing is known about other nodes.</p>`;
  const rows = nodes.map(({ summary, age, skew }) => [
    html`${summary.address.startsWith('http') ? html`<a href="${summary.address}/server-status">${summary.name}</a>` : summary.name}${summary.name === name && html` <span class="soft">(this)</span>`}`,
    isGone(age)
      ? html`<span class="bad">gone for ${duration(age)}</span>`
      : html`<span class="${summary.state === 'serving' ? 'good' : 'warn'}">${summary.state}</span>`,
    html`<span${attribute('class', summary.version === version ? undefined : 'warn')}>${summary.version}</span>`,
    html`<span${attribute('class', summary.ready < summary.workers ? 'warn' : undefined)}>${summary.ready} of ${summary.workers}</span>`,
    rate(summary.perSecond),
    milliseconds(summary.p95),
    rate(summary.errors),
    megabytes(summary.resident),
    `${count(summary.records)}, version ${summary.manifest}`,
    html`<span${attribute('class', Math.abs(skew) > clockTolerance ? 'bad' : undefined)}>${ahead(skew)}</span>`,
  ]);
  return table(
    'Nodes',
    [
      { title: 'Node', text: true },
      { title: 'State', text: true },
      { title: 'Version', text: true },
      { title: 'Ready workers' },
      { title: 'a second' },
      { title: '95 % ms' },
      { title: 'errors' },
      { title: 'Resident' },
      { title: 'Records' },
      { title: 'Clock' },
    ],
    rows,
  );
}
