import { stringify } from 'yaml';
import { type Duty, type DutyWindow, weekdays } from '../../config/emergency.ts';
import { type EmergencyPlan, type Host, hasTelephones, hostsWith, type Topology } from '../topology/topology.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

const day = 24 * 60;
/** What a telephone gets where a service makes text messages of e-mails. */
const short = {
  headers: { Subject: 'ALERT' },
  html: '',
  text: '{{ range .Alerts }}{{ .Annotations.summary }} {{ end }}',
};

/** What each node finds, and tells by itself: telephones ring once. */
const toldByNodes = 'ReperioCheck.*';

/**
 * Alertmanager 0.25 or newer: the same recipients at the same times as the nodes have them. Text
 * messages by a gateway go through `reperio alert relay`; those about what nodes check themselves
 * are sent by the nodes.
 */
export function renderAlertmanager(topology: Topology, host: Host): readonly RenderedFile[] {
  const { emergency, ports } = topology;
  if (emergency === undefined) return [];
  const peers = hostsWith(topology, 'monitor').filter((other) => other !== host);
  const cluster =
    peers.length === 0
      ? '--cluster.listen-address='
      : [
          `--cluster.listen-address=${host.address}:${ports['alertmanager-peers']}`,
          ...peers.map(({ address }) => `--cluster.peer=${address}:${ports['alertmanager-peers']}`),
        ].join(' ');
  return [
    {
      path: '/etc/prometheus/alertmanager.yml',
      mode: 0o644,
      text: lines(
        madeFor(topology, host),
        hasTelephones(topology) &&
          '# Text messages (sms:+NUMBER) are sent by reperio-relay.service; those about the checks of nodes by the nodes.',
        // Go reads YAML 1.1, where 22:00 without quotes is a number.
        stringify(configuration(emergency, ports.relay), { lineWidth: 0, version: '1.1' }).trimEnd(),
      ),
    },
    {
      path: '/etc/default/prometheus-alertmanager',
      mode: 0o644,
      text: lines(
        madeFor(topology, host),
        `ARGS="--web.listen-address=${host.address}:${ports.alertmanager} ${cluster}"`,
      ),
    },
  ];
}

function configuration({ duties, timeZone, mailServer, mailFrom }: EmergencyPlan, relay: number): object {
  const byMail = duties
    .map(({ window, recipients }) => ({ window, recipients: recipients.filter((one) => !one.startsWith('sms:')) }))
    .filter(({ recipients }) => recipients.length > 0);
  const readers = [...new Set(byMail.flatMap(({ recipients }) => recipients))].filter((one) => !isShort(one));
  const windows = byMail.map((duty, i) => ({ ...duty, name: `window-${i + 1}` }));
  const telephones = duties
    .map(({ window, recipients }) => ({ window, numbers: recipients.filter((one) => one.startsWith('sms:')) }))
    .filter(({ numbers }) => numbers.length > 0)
    .map((duty, i) => ({ ...duty, name: `telephones-${i + 1}` }));
  const limited = [...windows, ...telephones].filter(({ window }) => !isAlways(window));
  return {
    global: { smtp_smarthost: mailServer, smtp_from: mailFrom, smtp_require_tls: false },
    route: {
      receiver: 'nobody',
      group_by: ['alertname'],
      group_wait: '0s',
      group_interval: '30s',
      repeat_interval: '4h',
      routes: [
        // What can wait wakes nobody up.
        ...(readers.length === 0 ? [] : [{ matchers: ['severity!="page"'], receiver: 'all' }]),
        ...windows.map(({ name, window }) => ({
          matchers: ['severity="page"'],
          receiver: name,
          ...(isAlways(window) ? {} : { active_time_intervals: [name] }),
          continue: true,
        })),
        ...telephones.map(({ name, window }) => ({
          matchers: ['severity="page"', `alertname!~"${toldByNodes}"`],
          receiver: name,
          ...(isAlways(window) ? {} : { active_time_intervals: [name] }),
          continue: true,
        })),
      ],
    },
    receivers: [
      { name: 'nobody' },
      ...(readers.length === 0 ? [] : [{ name: 'all', email_configs: readers.map(emailTo) }]),
      ...windows.map(({ name, recipients }) => ({ name, email_configs: recipients.map(emailTo) })),
      ...telephones.map(({ name, numbers }) => ({
        name,
        webhook_configs: numbers.map((number) => ({
          url: `http://127.0.0.1:${relay}/sms?to=${encodeURIComponent(number.slice('sms:'.length))}`,
          send_resolved: true,
          max_alerts: 10,
        })),
      })),
    ],
    ...(limited.length === 0
      ? {}
      : {
          time_intervals: limited.map(({ name, window }) => ({
            name,
            time_intervals: intervalsOf(window).map((one) => ({ ...one, location: timeZone })),
          })),
        }),
    inhibit_rules: [
      {
        source_matchers: ['alertname="ReperioNoNode"'],
        target_matchers: ['alertname=~"ReperioNodeDown|ReperioNoWorkers|ReperioErrors"'],
      },
    ],
  };
}

function emailTo(to: string): object {
  return { to, send_resolved: true, ...(isShort(to) ? short : {}) };
}

function isShort(address: string): boolean {
  return /sms/i.test(address);
}

function isAlways({ days, from, length }: Duty['window']): boolean {
  return days.length === 7 && from === 0 && length === day;
}

export interface TimeInterval {
  readonly weekdays: readonly string[];
  readonly times: readonly { readonly start_time: string; readonly end_time: string }[];
}

/** Alertmanager knows no window across midnight: what is left is one of the next day. */
export function intervalsOf({ days, from, length }: DutyWindow): readonly TimeInterval[] {
  const end = from + length;
  const named = (shift: number): readonly string[] =>
    days.map((one) => weekdays[(one + shift) % 7]!.toLowerCase()).toSorted();
  const today = { weekdays: named(0), times: [{ start_time: clock(from), end_time: clock(Math.min(day, end)) }] };
  if (end <= day) return [today];
  return [today, { weekdays: named(1), times: [{ start_time: '00:00', end_time: clock(end - day) }] }];
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
