import { stringify } from 'yaml';
import { checks } from '../../monitor/check/table.ts';
import { hostsWith, type Topology, usesPatroni } from '../topology/topology.ts';
import { runBook } from './run-book.ts';

interface Alert {
  readonly name: string;
  readonly expression: string;
  /** How long it must be so. */
  readonly for: string;
  readonly severity: 'page' | 'ticket';
  readonly summary: string;
  /** Heading of docs/when-you-are-woken.md. */
  readonly page: string;
}

/** What an operator is told. `page`: readers notice, or will if one more thing breaks. */
export function alertRules(topology: Topology): string {
  const alerts = [...webAlerts(topology), ...checkAlerts(), ...balancerAlerts(topology), ...databaseAlerts(topology)];
  const rules = alerts.map(({ name, expression, severity, summary, page, ...rest }) => ({
    alert: name,
    expr: expression,
    for: rest.for,
    labels: { severity },
    annotations: { summary, runbook_url: runBook(topology, page) },
  }));
  return stringify({ groups: [{ name: 'reperio', rules }] }, { lineWidth: 0 }).trimEnd();
}

function webAlerts(topology: Topology): readonly Alert[] {
  const nodes = hostsWith(topology, 'web').length;
  return [
    {
      name: 'ReperioNodeDown',
      page: 'A dead node',
      expression: 'up{job="reperio"} == 0',
      for: '20s',
      severity: nodes > 2 ? 'ticket' : 'page',
      summary: 'The web node {{ $labels.node }} does not answer.',
    },
    {
      name: 'ReperioNoNode',
      page: 'A dead node',
      expression: 'sum(up{job="reperio"}) == 0',
      for: '10s',
      severity: 'page',
      summary: 'No web node answers: the library is down.',
    },
    {
      name: 'ReperioNoWorkers',
      page: 'A worker that crashes in a loop',
      expression: 'sum by (node) (reperio_workers{state="ready"}) == 0',
      for: '30s',
      severity: 'page',
      summary: '{{ $labels.node }} has no worker that is ready.',
    },
    {
      name: 'ReperioWorkersDie',
      page: 'A worker that crashes in a loop',
      expression: 'increase(reperio_worker_deaths_total[10m]) > 3',
      for: '0s',
      severity: 'ticket',
      summary: 'On {{ $labels.node }} {{ $value | humanize }} workers died within ten minutes: see /server-status.',
    },
    {
      name: 'ReperioErrors',
      page: 'A slow page',
      expression:
        'sum by (node) (rate(reperio_http_requests_total{code=~"5.."}[5m])) / sum by (node) (rate(reperio_http_requests_total[5m])) > 0.01',
      for: '2m',
      severity: 'page',
      summary: '{{ $value | humanizePercentage }} of the answers of {{ $labels.node }} are server errors (5xx).',
    },
    {
      name: 'ReperioSlow',
      page: 'A slow page',
      expression:
        'histogram_quantile(0.95, sum by (route, le) (rate(reperio_http_request_duration_seconds_bucket{route!~".*(files|export).*"}[5m]))) > 1',
      for: '5m',
      severity: 'ticket',
      summary: 'One in twenty requests of {{ $labels.route }} takes longer than {{ $value | humanizeDuration }}.',
    },
    {
      name: 'ReperioIndexOld',
      page: 'A lost database',
      expression: 'max by (node) (reperio_index_age_seconds) > 60',
      for: '1m',
      severity: 'ticket',
      summary:
        'The index on {{ $labels.node }} is {{ $value | humanizeDuration }} behind: the node cannot read the database.',
    },
    {
      name: 'ReperioLoopLate',
      page: 'A slow page',
      expression: 'max by (node) (reperio_event_loop_lag_seconds) > 0.5',
      for: '1m',
      severity: 'ticket',
      summary: 'Workers of {{ $labels.node }} are busy: their event loop is {{ $value | humanizeDuration }} late.',
    },
    {
      name: 'ReperioSheds',
      page: 'A flood of crawlers',
      expression: 'rate(reperio_http_requests_shed_total[5m]) > 0.1',
      for: '1m',
      severity: 'page',
      summary: '{{ $labels.node }} is overloaded and refuses requests.',
    },
    {
      name: 'ReperioTaskProblem',
      page: 'A runaway task',
      expression: 'max by (task) (reperio_task_problem) > 0',
      for: '5m',
      severity: 'ticket',
      summary: 'The periodic task {{ $labels.task }} failed or found a problem: see `reperio tasks status`.',
    },
    {
      name: 'ReperioTaskLate',
      page: 'A runaway task',
      expression: 'min by (task) (reperio_task_late_seconds) > 900',
      for: '5m',
      severity: 'ticket',
      summary:
        'The periodic task {{ $labels.task }} is {{ $value | humanizeDuration }} late: no process has started it.',
    },
  ];
}

/** What has an alert of its own above is not told twice. */
const told: readonly string[] = ['ready', 'errors', 'slow', 'refused', 'lag', 'index', 'tasks'];

/** One for each check that is critical, and one for all that only warn. */
function checkAlerts(): readonly Alert[] {
  const of = checks.filter(({ name }) => !told.includes(name));
  return [
    ...of.map(({ name, question, page, shared }): Alert => {
      const by = shared === true ? 'check' : 'check, node';
      const where = shared === true ? '' : ' on {{ $labels.node }}';
      return {
        name: `ReperioCheck${name.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())}`,
        expression: `max by (${by}) (reperio_check_state{check="${name}"} == 2)`,
        for: '20s',
        severity: 'page',
        summary: `${question} No${where}: see \`reperio check ${name}\`.`,
        page,
      };
    }),
    {
      name: 'ReperioCheckWarns',
      expression: `max by (check, node) (reperio_check_state{check!~"${told.join('|')}"} == 1)`,
      for: '10m',
      severity: 'ticket',
      summary: 'The check {{ $labels.check }} warns on {{ $labels.node }}: see `reperio check {{ $labels.check }}`.',
      page: '',
    },
  ];
}

function balancerAlerts(topology: Topology): readonly Alert[] {
  if (hostsWith(topology, 'balancer').length === 0) return [];
  return [
    {
      name: 'BalancerDown',
      page: 'A dead node',
      expression: 'up{job="haproxy"} == 0',
      for: '20s',
      severity: 'page',
      summary:
        'HAProxy on {{ $labels.node }} does not answer: without another balancer readers cannot reach the library.',
    },
    {
      name: 'BalancerQueues',
      page: 'A slow page',
      expression: 'max by (node, proxy) (haproxy_backend_current_queue) > 20',
      for: '1m',
      severity: 'ticket',
      summary:
        'On {{ $labels.node }}, {{ $value | humanize }} requests wait for a slot of the backend {{ $labels.proxy }}.',
    },
  ];
}

function databaseAlerts(topology: Topology): readonly Alert[] {
  if (!usesPatroni(topology)) return [];
  const databases = hostsWith(topology, 'database').length;
  return [
    {
      name: 'DatabaseNoPrimary',
      page: 'A lost database',
      expression: 'sum(patroni_primary) < 1 or absent(patroni_primary)',
      for: '45s',
      severity: 'page',
      summary: 'No database is the primary: no change can be saved.',
    },
    {
      name: 'DatabaseTwoPrimaries',
      page: 'A lost database',
      expression: 'sum(patroni_primary) > 1',
      for: '10s',
      severity: 'page',
      summary: 'Two databases act as the primary.',
    },
    {
      name: 'DatabaseNoSyncReplica',
      page: 'A lost database',
      expression: 'sum(patroni_sync_standby) < 1',
      for: '2m',
      severity: 'page',
      summary: 'No synchronous replica: the loss of the primary would lose acknowledged writes.',
    },
    {
      name: 'DatabaseMissing',
      page: 'A lost database',
      expression: `sum(patroni_postgres_running) < ${databases}`,
      for: '1m',
      severity: 'ticket',
      summary: `{{ $value }} of ${databases} databases are running.`,
    },
    {
      name: 'EtcdMemberDown',
      page: 'A lost database',
      expression: 'up{job="etcd"} == 0',
      for: '1m',
      severity: 'ticket',
      summary: 'The etcd member {{ $labels.node }} does not answer; without a majority no database is the primary.',
    },
  ];
}
