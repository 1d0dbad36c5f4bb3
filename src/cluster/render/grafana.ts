import type { Host, Topology } from '../topology/topology.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';
import { runBook } from './run-book.ts';

interface Panel {
  readonly title: string;
  readonly kind: 'timeseries' | 'state-timeline' | 'stat';
  readonly unit: string;
  /** Of 24. */
  readonly width: number;
  readonly queries: readonly (readonly [expression: string, legend: string])[];
}

/** Everything by node; the metrics are those of /metrics. */
export const panels: readonly Panel[] = [
  {
    title: 'Checks',
    kind: 'state-timeline',
    unit: 'none',
    width: 24,
    queries: [['max by (check) (reperio_check_state{node=~"$node"})', '{{check}}']],
  },
  {
    title: 'Requests a second',
    kind: 'timeseries',
    unit: 'reqps',
    width: 8,
    queries: [['sum by (node) (rate(reperio_http_requests_total{node=~"$node"}[1m]))', '{{node}}']],
  },
  {
    title: '95 of 100 answered within',
    kind: 'timeseries',
    unit: 's',
    width: 8,
    queries: [
      [
        'histogram_quantile(0.95, sum by (node, le) (rate(reperio_http_request_duration_seconds_bucket{node=~"$node"}[1m])))',
        '{{node}}',
      ],
    ],
  },
  {
    title: 'Server errors (5xx) and refused, a second',
    kind: 'timeseries',
    unit: 'reqps',
    width: 8,
    queries: [
      ['sum by (node) (rate(reperio_http_requests_total{node=~"$node",code=~"5.."}[1m]))', '{{node}} 5xx'],
      ['sum by (node) (rate(reperio_http_requests_total{node=~"$node",code="429"}[1m]))', '{{node}} 429'],
      ['sum by (node) (rate(reperio_http_requests_shed_total{node=~"$node"}[1m]))', '{{node}} late'],
    ],
  },
  {
    title: 'Slowest routes, 95 of 100',
    kind: 'timeseries',
    unit: 's',
    width: 12,
    queries: [
      [
        'topk(8, histogram_quantile(0.95, sum by (route, le) (rate(reperio_http_request_duration_seconds_bucket{node=~"$node"}[5m]))))',
        '{{route}}',
      ],
    ],
  },
  {
    title: 'Event loop, late by',
    kind: 'timeseries',
    unit: 's',
    width: 12,
    queries: [['max by (node) (reperio_event_loop_lag_seconds{node=~"$node"})', '{{node}}']],
  },
  {
    title: 'Workers that are ready, and deaths in ten minutes',
    kind: 'timeseries',
    unit: 'none',
    width: 8,
    queries: [
      ['sum by (node) (reperio_workers{node=~"$node",state="ready"})', '{{node}} ready'],
      ['sum by (node) (increase(reperio_worker_deaths_total{node=~"$node"}[10m]))', '{{node}} deaths'],
    ],
  },
  {
    title: 'Memory of workers',
    kind: 'timeseries',
    unit: 'bytes',
    width: 8,
    queries: [['sum by (node) (reperio_resident_memory_bytes{node=~"$node"})', '{{node}}']],
  },
  {
    title: 'Disk that is free',
    kind: 'timeseries',
    unit: 'percent',
    width: 8,
    queries: [['min by (node) (reperio_check_value{node=~"$node",check="disk",label="free"})', '{{node}}']],
  },
  {
    title: 'Index, read before',
    kind: 'timeseries',
    unit: 's',
    width: 8,
    queries: [['max by (node) (reperio_index_age_seconds{node=~"$node"})', '{{node}}']],
  },
  {
    title: 'Database connections used',
    kind: 'timeseries',
    unit: 'percent',
    width: 8,
    queries: [['max(reperio_check_value{check="database",label="used"})', 'used']],
  },
  {
    title: 'Periodic tasks, late by',
    kind: 'timeseries',
    unit: 's',
    width: 8,
    queries: [['min by (task) (reperio_task_late_seconds)', '{{task}}']],
  },
];

const height = 8;
const prometheus = { type: 'prometheus', uid: '$datasource' };

/** A dashboard for Grafana 9 or newer, with a variable for the data source and one for nodes. */
export function renderGrafana(topology: Topology, host: Host): readonly RenderedFile[] {
  const folder = '/var/lib/grafana/dashboards';
  const provider = lines(
    madeFor(topology, host),
    `apiVersion: 1
providers:
  - name: reperio
    type: file
    options: {path: ${folder}}`,
  );
  return [
    { path: '/etc/grafana/provisioning/dashboards/reperio.yaml', text: provider, mode: 0o644 },
    { path: `${folder}/reperio.json`, text: `${JSON.stringify(dashboard(topology), undefined, 1)}\n`, mode: 0o644 },
  ];
}

function dashboard(topology: Topology): unknown {
  let at = { x: 0, y: 0 };
  const placed = panels.map(({ title, kind, unit, width, queries }, number) => {
    if (at.x + width > 24) at = { x: 0, y: at.y + height };
    const gridPos = { ...at, w: width, h: height };
    at = { x: at.x + width, y: at.y };
    return {
      ...{ id: number + 1, title, type: kind, gridPos, datasource: prometheus },
      fieldConfig: { defaults: { unit, ...(kind === 'state-timeline' ? states : { min: 0 }) }, overrides: [] },
      targets: queries.map(([expr, legendFormat], query) => ({
        ...{ refId: String.fromCharCode(65 + query), datasource: prometheus, expr, legendFormat },
      })),
    };
  });
  const nodes = 'label_values(reperio_info, node)';
  return {
    ...{ uid: `reperio-${topology.name}`, title: `Reperio ${topology.name}`, tags: ['reperio'], schemaVersion: 37 },
    ...{ editable: true, refresh: '30s', time: { from: 'now-3h', to: 'now' }, timezone: 'browser' },
    links: [{ title: 'When you are woken', type: 'link', url: runBook(topology, ''), targetBlank: true }],
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus' },
        {
          ...{ name: 'node', type: 'query', datasource: prometheus, query: nodes, definition: nodes },
          ...{ includeAll: true, multi: true, refresh: 2, current: { text: 'All', value: '$__all' } },
        },
      ],
    },
    panels: placed,
  };
}

const states = {
  mappings: [
    {
      type: 'value',
      options: {
        0: { text: 'ok', color: 'green' },
        1: { text: 'warning', color: 'orange' },
        2: { text: 'critical', color: 'red' },
        3: { text: 'unknown', color: 'gray' },
      },
    },
  ],
};
