import { stringify } from 'yaml';
import { hostsWith, type Topology, usesPatroni } from '../topology/topology.ts';

interface Alert {
  readonly name: string;
  readonly expression: string;
  /** How long it must be so. */
  readonly for: string;
  readonly severity: 'page' | 'ticket';
  readonly summary: string;
}

/** What an operator is told. `page`: readers notice, or will if one more thing breaks. */
export function alertRules(topology: Topology): string {
  const alerts = [...webAlerts(topology), ...balancerAlerts(topology), ...databaseAlerts(topology)];
  const rules = alerts.map(({ name, expression, severity, summary, ...rest }) => ({
    alert: name,
    expr: expression,
    for: rest.for,
    labels: { severity },
    annotations: { summary },
  }));
  return stringify({ groups: [{ name: 'reperio', rules }] }, { lineWidth: 0 }).trimEnd();
}

function webAlerts(topology: Topology): readonly Alert[] {
  const nodes = hostsWith(topology, 'web').length;
  return [
    {
      name: 'ReperioNodeDown',
      expression: 'up{job="reperio"} == 0',
      for: '20s',
      severity: nodes > 2 ? 'ticket' : 'page',
      summary: 'The web node {{ $labels.node }} does not answer.',
    },
    {
      name: 'ReperioNoNode',
      expression: 'sum(up{job="reperio"}) == 0',
      for: '10s',
      severity: 'page',
      summary: 'No web node answers: the library is down.',
    },
    {
      name: 'ReperioNoWorkers',
      expression: 'sum by (node) (reperio_workers{state="ready"}) == 0',
      for: '30s',
      severity: 'page',
      summary: '{{ $labels.node }} has no worker that is ready.',
    },
    {
      name: 'ReperioWorkersDie',
      expression: 'increase(reperio_worker_deaths_total[10m]) > 3',
      for: '0s',
      severity: 'ticket',
      summary: 'On {{ $labels.node }} {{ $value | humanize }} workers died within ten minutes: see /server-status.',
    },
    {
      name: 'ReperioErrors',
      expression:
        'sum by (node) (rate(reperio_http_requests_total{code=~"5.."}[5m])) / sum by (node) (rate(reperio_http_requests_total[5m])) > 0.01',
      for: '2m',
      severity: 'page',
      summary: '{{ $value | humanizePercentage }} of the answers of {{ $labels.node }} are server errors (5xx).',
    },
    {
      name: 'ReperioSlow',
      expression:
        'histogram_quantile(0.95, sum by (route, le) (rate(reperio_http_request_duration_seconds_bucket{route!~".*(files|export).*"}[5m]))) > 1',
      for: '5m',
      severity: 'ticket',
      summary: 'One in twenty requests of {{ $labels.route }} takes longer than {{ $value | humanizeDuration }}.',
    },
    {
      name: 'ReperioIndexOld',
      expression: 'max by (node) (reperio_index_age_seconds) > 60',
      for: '1m',
      severity: 'ticket',
      summary:
        'The index on {{ $labels.node }} is {{ $value | humanizeDuration }} behind: the node cannot read the database.',
    },
    {
      name: 'ReperioLoopLate',
      expression: 'max by (node) (reperio_event_loop_lag_seconds) > 0.5',
      for: '1m',
      severity: 'ticket',
      summary: 'Workers of {{ $labels.node }} are busy: their event loop is {{ $value | humanizeDuration }} late.',
    },
    {
      name: 'ReperioSheds',
      expression: 'rate(reperio_http_requests_shed_total[5m]) > 0.1',
      for: '1m',
      severity: 'page',
      summary: '{{ $labels.node }} is overloaded and refuses requests.',
    },
    {
      name: 'ReperioTaskProblem',
      expression: 'max by (task) (reperio_task_problem) > 0',
      for: '5m',
      severity: 'ticket',
      summary: 'The periodic task {{ $labels.task }} failed or found a problem: see `reperio tasks status`.',
    },
    {
      name: 'ReperioTaskLate',
      expression: 'min by (task) (reperio_task_late_seconds) > 900',
      for: '5m',
      severity: 'ticket',
      summary:
        'The periodic task {{ $labels.task }} is {{ $value | humanizeDuration }} late: no process has started it.',
    },
  ];
}

function balancerAlerts(topology: Topology): readonly Alert[] {
  if (hostsWith(topology, 'balancer').length === 0) return [];
  return [
    {
      name: 'BalancerDown',
      expression: 'up{job="haproxy"} == 0',
      for: '20s',
      severity: 'page',
      summary:
        'HAProxy on {{ $labels.node }} does not answer: without another balancer readers cannot reach the library.',
    },
    {
      name: 'BalancerQueues',
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
      expression: 'sum(patroni_primary) < 1 or absent(patroni_primary)',
      for: '45s',
      severity: 'page',
      summary: 'No database is the primary: no change can be saved.',
    },
    {
      name: 'DatabaseTwoPrimaries',
      expression: 'sum(patroni_primary) > 1',
      for: '10s',
      severity: 'page',
      summary: 'Two databases act as the primary.',
    },
    {
      name: 'DatabaseNoSyncReplica',
      expression: 'sum(patroni_sync_standby) < 1',
      for: '2m',
      severity: 'page',
      summary: 'No synchronous replica: the loss of the primary would lose acknowledged writes.',
    },
    {
      name: 'DatabaseMissing',
      expression: `sum(patroni_postgres_running) < ${databases}`,
      for: '1m',
      severity: 'ticket',
      summary: `{{ $value }} of ${databases} databases are running.`,
    },
    {
      name: 'EtcdMemberDown',
      expression: 'up{job="etcd"} == 0',
      for: '1m',
      severity: 'ticket',
      summary: 'The etcd member {{ $labels.node }} does not answer; without a majority no database is the primary.',
    },
  ];
}
