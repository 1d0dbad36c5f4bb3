import type { TaskState } from '../../jobs/task-state.ts';
import type { BackupState } from '../../maintain/backup/state.ts';
import type { NodeStatus, WorkerStatus } from '../node-status.ts';
import { duration } from './numbers.ts';

/**
 * In the manner of httpd's mod_status with ?auto, so that what reads that reads this; our own
 * numbers follow.
 */
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

/**
 * As in httpd's scoreboard: "_" waits for a request, "W" answers one, "S" starts, "G" finishes; "!"
 * is silent.
 */
function letter({ state, running }: WorkerStatus): string {
  if (state === 'starting') return 'S';
  if (state === 'leaving') return 'G';
  if (state === 'silent') return '!';
  return running.length > 0 ? 'W' : '_';
}

/** The supervisor keeps the release with which it was started. */
export function othersText(releases: readonly string[]): string {
  return `Since a reload, workers run release ${releases.join(', ')}; the process that accepts connections keeps its own release until it is restarted.`;
}

/** Undefined: it did what it should, or there was none. */
export function failedReloadText({ lastReload, now }: Pick<NodeStatus, 'lastReload' | 'now'>): string | undefined {
  if (lastReload === undefined || lastReload.succeeded) return undefined;
  return `The last reload, ${duration(now - lastReload.when)} ago, changed nothing: ${lastReload.said}`;
}

/** Sentences about backups, and whether each is a reason to act. */
export function backupTexts(backup: BackupState): readonly { readonly text: string; readonly isBad: boolean }[] {
  const { age, set, problem, drillAge, rto, rpo, drillProblem, archiveAge, archiveProblem, restoredFrom } = backup;
  const found: { readonly text: string; readonly isBad: boolean }[] = [];
  if (age === null) found.push({ text: 'There is no backup yet: reperio backup makes one.', isBad: true });
  else found.push({ text: `The newest backup, ${set}, is ${duration(age)} old.`, isBad: age > overdueBackup });
  if (problem !== null) found.push({ text: `${set}: ${problem}.`, isBad: true });
  if (drillAge === null)
    found.push({ text: 'No restore has been tried yet: `reperio backup drill` tries one.', isBad: false });
  else
    found.push({
      text: `The last drill, ${duration(drillAge)} ago, took ${duration((rto ?? 0) * 1000)} (RTO) and lost ${duration((rpo ?? 0) * 1000)} (RPO).`,
      isBad: drillAge > overdueDrill,
    });
  if (drillProblem !== null) found.push({ text: `The drill failed: ${drillProblem}.`, isBad: true });
  if (archiveAge !== null)
    found.push({ text: `The log is archived up to ${duration(archiveAge)} ago.`, isBad: archiveAge > overdueArchive });
  if (archiveProblem !== null) found.push({ text: `Archiving fails: ${archiveProblem}.`, isBad: true });
  if (restoredFrom !== null)
    found.push({ text: `Restored from ${restoredFrom}, as of ${backup.restoredAt}.`, isBad: false });
  return found;
}

/** Milliseconds. */
const overdueBackup = 1.5 * 86_400_000;
const overdueDrill = 62 * 86_400_000;
const overdueArchive = 10 * 60_000;

/** "in 5 min", "running for 3.0 s (120 of 300 records)", "20 s late". */
export function taskTime({
  running,
  due,
  progress,
  stopping,
}: Pick<TaskState, 'running' | 'due' | 'progress' | 'stopping'>): string {
  if (running !== null) {
    const said = stopping ? 'asked to stop' : progress;
    return `running for ${duration(running)}${said === null ? '' : ` (${said})`}`;
  }
  return due > 0 ? `in ${duration(due)}` : `${duration(-due)} late`;
}
