import { isIP } from 'node:net';
import { type Host, hasTelephones, type Topology } from '../topology/topology.ts';
import { madeFor, type RenderedFile } from './rendered-file.ts';
import { services, serviceUnit } from './service-unit.ts';
import { secretsFile, settingsFile } from './settings.ts';
import { socketUnits } from './socket-unit.ts';
import type { UnitPlan } from './unit-plan.ts';

/** The units of a web node, and those of a host that works in the background. */
export function renderSystemd(topology: Topology, host: Host): readonly RenderedFile[] {
  const { release, data, user, files, backup, ports } = topology;
  const plan: UnitPlan = {
    ...{ release, data, user, files: files.folder, settings: settingsFile },
    backup: backup.place?.startsWith('/') === true ? backup.place : undefined,
    spool: hasTelephones(topology) ? '/var/spool/sms' : undefined,
    madeBy: madeFor(topology, host),
    secrets: { path: secretsFile, optional: false },
    embedded: false,
    addresses: [host.address],
    port: ports.web,
    statusPort: 0,
  };
  return [
    ...(host.roles.includes('web') ? [serviceUnit(plan, services.web), ...socketUnits(plan)] : []),
    ...(host.roles.includes('worker')
      ? [services.follower, services.tasks].map((each) => serviceUnit(plan, each))
      : []),
    ...(host.roles.includes('monitor') && hasTelephones(topology) ? [relayUnit(plan, ports.relay)] : []),
  ];
}

/** Alertmanager gives it text messages; what its gateway needs to know only its operator does. */
function relayUnit(plan: UnitPlan, port: number): RenderedFile {
  const what = 'Yours: REPERIO_SMS_GATEWAY=..., and REPERIO_SMTP_URL for a gateway by mail.';
  const secrets = { path: '/etc/reperio/relay.env', optional: false, what };
  const command = `${services.relay.command} --port ${port}`;
  return serviceUnit({ ...plan, settings: undefined, secrets }, { ...services.relay, command });
}

/** One machine that is the whole library: what its units are made from. */
export interface NodeUnits extends Omit<UnitPlan, 'madeBy' | 'addresses'> {
  /** The setting `host`: an IPv4 or IPv6 address, or localhost. */
  readonly host: string;
  /** Who made the files, as the end of a sentence. */
  readonly by: string;
}

/** reperio-web.service and its sockets, for a machine without a cluster file. */
export function renderNodeUnits({ host, by, ...plan }: NodeUnits): readonly RenderedFile[] {
  const whole: UnitPlan = {
    ...plan,
    madeBy: `# Made by ${by}. Do not edit: what you change with \`systemctl edit\` stays when it is made again.`,
    // Node.js takes the first of its addresses too.
    addresses: [host === 'localhost' ? '127.0.0.1' : host],
  };
  return [serviceUnit(whole, services.web), ...socketUnits(whole)];
}

/** Not a name: systemd listens on addresses only. */
export function isListenAddress(host: string): boolean {
  return host === 'localhost' || isIP(host) !== 0;
}
