import { etcdMembers, type Host, hostsWith, type Topology, usesPatroni } from '../topology/topology.ts';
import { alertRules } from './prometheus-rules.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

const rulesFile = '/etc/prometheus/reperio-rules.yml';

/** Prometheus 2.42 or newer: what is asked of whom, and what is wrong. */
export function renderPrometheus(topology: Topology, host: Host): readonly RenderedFile[] {
  const { ports } = topology;
  const text = lines(
    madeFor(topology, host),
    `global:
  # An alert that needs two evaluations comes within half a minute.
  scrape_interval: 10s
  evaluation_interval: 10s

rule_files:
  - ${rulesFile}
${alerting(topology)}
scrape_configs:
  # Web nodes answer only the networks in status-networks; this host is one of them.`,
    job('reperio', hostsWith(topology, 'web'), ports.web),
    job('haproxy', hostsWith(topology, 'balancer'), ports.haproxy),
    usesPatroni(topology) && [
      job('patroni', hostsWith(topology, 'database'), ports.patroni),
      job('etcd', etcdMembers(topology), ports.etcd),
    ],
    job('prometheus', [host], ports.prometheus),
  );
  return [
    { path: '/etc/prometheus/prometheus.yml', text, mode: 0o644 },
    { path: rulesFile, text: lines(madeFor(topology, host), alertRules(topology)), mode: 0o644 },
    {
      path: '/etc/default/prometheus',
      mode: 0o644,
      text: lines(
        madeFor(topology, host),
        `ARGS="--web.listen-address=${host.address}:${ports.prometheus} --storage.tsdb.retention.time=30d"`,
      ),
    },
  ];
}

/** All Alertmanagers: they agree among themselves who tells. */
function alerting(topology: Topology): string {
  if (topology.emergency === undefined) return '';
  const targets = hostsWith(topology, 'monitor').map(({ address }) => `"${address}:${topology.ports.alertmanager}"`);
  return `\nalerting:\n  alertmanagers:\n    - static_configs:\n        - targets: [${targets.join(', ')}]\n`;
}

/** The host's name as `node`, so that alerts read well. */
function job(name: string, hosts: readonly Host[], port: number): string {
  if (hosts.length === 0) return `  # No host for ${name}.`;
  const targets = hosts.map(
    (host) => `      - targets: ["${host.address}:${port}"]\n        labels: {node: ${host.name}}`,
  );
  return `  - job_name: ${name}\n    static_configs:\n${targets.join('\n')}`;
}
