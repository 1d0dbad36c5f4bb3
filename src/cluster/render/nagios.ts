import { checkPath, probes } from '../../addresses/addresses.ts';
import type { Check } from '../../monitor/check/definition.ts';
import { checks } from '../../monitor/check/table.ts';
import { type Host, hostsWith, type Topology } from '../topology/topology.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';
import { runBook } from './run-book.ts';

/** What check_http asks: warnings as a status that it takes for one. */
export const forCheckHttp = 'for=check_http';

/** What is the same on all nodes is asked of the first one. */
export function checksOf(topology: Topology, host: Host): readonly Check[] {
  const isFirst = hostsWith(topology, 'web')[0] === host;
  return checks.filter(({ shared }) => isFirst || shared !== true);
}

/**
 * Objects of Nagios 4 (and Icinga 1, Naemon): web nodes, and each check by check_http. Templates
 * are ours; the contact group `admins` is that of the site, as Debian has it.
 */
export function renderNagios(topology: Topology, host: Host): readonly RenderedFile[] {
  const web = hostsWith(topology, 'web');
  const text = lines(
    madeFor(topology, host),
    '# Needs check_http (Debian: monitoring-plugins-basic) and a contact group `admins`. This host must be in status-networks: cluster render sees to it.',
    define('timeperiod', {
      timeperiod_name: 'reperio-always',
      alias: 'Always',
      ...Object.fromEntries(days.map((day) => [day, '00:00-24:00'])),
    }),
    define('command', {
      command_name: 'reperio-ready',
      command_line: `$USER1$/check_http -H $HOSTADDRESS$ -p ${topology.ports.web} -u ${probes.ready} -t 5`,
    }),
    define('command', {
      command_name: 'reperio-check',
      command_line: `$USER1$/check_http -H $HOSTADDRESS$ -p ${topology.ports.web} -u '${checkPath}/$ARG1$?${forCheckHttp}' -t 10`,
    }),
    define('host', {
      name: 'reperio-host',
      register: '0',
      check_command: 'reperio-ready',
      check_period: 'reperio-always',
      notification_period: 'reperio-always',
      contact_groups: 'admins',
      check_interval: '1',
      retry_interval: '1',
      max_check_attempts: '2',
      notification_interval: '240',
      notification_options: 'd,u,r',
    }),
    define('service', {
      name: 'reperio-service',
      register: '0',
      check_period: 'reperio-always',
      notification_period: 'reperio-always',
      contact_groups: 'admins',
      check_interval: '1',
      retry_interval: '1',
      // What a check sees it has seen for a while: no need to look twice.
      max_check_attempts: '1',
      notification_interval: '240',
      notification_options: 'w,u,c,r',
    }),
    define('hostgroup', { hostgroup_name: 'reperio', alias: `Reperio ${topology.name}`, members: names(web) }),
    ...web.flatMap((node) => [
      define('host', { use: 'reperio-host', host_name: node.name, alias: node.name, address: node.address }),
      ...checksOf(topology, node).map(({ name, page }) =>
        define('service', {
          use: 'reperio-service',
          host_name: node.name,
          service_description: `reperio ${name}`,
          check_command: `reperio-check!${name}`,
          notes_url: runBook(topology, page),
        }),
      ),
    ]),
  );
  return [{ path: '/etc/nagios4/conf.d/reperio.cfg', text, mode: 0o644 }];
}

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function names(hosts: readonly Host[]): string {
  return hosts.map(({ name }) => name).join(',');
}

function define(kind: string, values: Readonly<Record<string, string>>): string {
  const shown = Object.entries(values).map(([key, value]) => `  ${key.padEnd(22)} ${value}`);
  return `\ndefine ${kind} {\n${shown.join('\n')}\n}`;
}
