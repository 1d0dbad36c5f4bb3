import { loadSettings } from '../src/config/settings.ts';
import { valueText } from '../src/config/values.ts';
import type { Task } from '../src/jobs/task.ts';
import { libraryTasks } from '../src/library/jobs.ts';
import type { BackupState } from '../src/maintain/backup/state.ts';
import { anchorOf, playbook } from '../src/monitor/check/page.ts';
import { checks } from '../src/monitor/check/table.ts';
import { prometheusMetrics } from '../src/monitor/prometheus.ts';
import { testView } from '../src/monitor/status/test-status.ts';
import type { Database } from '../src/store/database.ts';
import { table } from './markdown-table.ts';

/** Tables for operators: checks, metrics, periodic tasks. */

export function checkTable(): string {
  const rows = checks.map(({ name, summary, warning = '', critical = '', page }) => [
    `\`${name}\``,
    summary,
    warning,
    critical,
    `[${page}](${playbook(page, '.').slice(2)})`,
  ]);
  return table(['check', 'what `-w` and `-c` are of', 'warning', 'critical', 'page'], rows);
}

/** For docs/when-you-are-woken.md: which of its sections a check means. */
export function pageTable(): string {
  const byPage = Map.groupBy(checks, ({ page }) => page);
  const rows = [...byPage].map(([page, some]) => [
    some.map(({ name }) => name.toUpperCase()).join(', '),
    `[${page}](#${anchorOf(page)})`,
  ]);
  return table(['it says', 'section'], rows);
}

/** With the settings that a library has without any; nothing is run. */
export function taskTable(): string {
  const tasks = libraryTasks({} as Database, loadSettings({ REPERIO_CONFIG: '/dev/null' }));
  const rows = tasks.map((task) => [
    `\`${task.name}\``,
    howOften(task),
    task.lane,
    task.more === undefined ? task.summary : `${task.summary} ${task.more}`,
  ]);
  return table(['task', 'how often', 'lane', 'what it is to do'], rows);
}

function howOften({ every, at }: Task): string {
  if (at !== undefined) return `each day at ${at.text}`;
  const text = valueText({ type: 'duration' }, every).replace(/(?<=\d)(?=[a-z])/, ' ');
  return `every ${text.replace(/^1 min$/, 'minute').replace(/^1 h$/, 'hour')}`;
}

/** Also those that are not there without a backup, or without a drill. */
export function metricTable(): string {
  const none = null;
  const backup: BackupState = {
    ...{ age: none, set: none, kind: none, bytes: none, problem: none, drillAge: none, rto: none, rpo: none },
    ...{ drillProblem: none, archiveAge: none, archiveProblem: none, restoredFrom: none, restoredAt: none },
  };
  const rows = prometheusMetrics(testView().status, [], backup).map(({ name, type, help }) => [
    `\`${name}\``,
    type,
    help,
  ]);
  return table(['metric', 'type', 'what it is'], rows);
}
