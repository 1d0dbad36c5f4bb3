import { checkPath, probes } from '../../addresses/addresses.ts';
import { type Host, hostsWith, type Topology } from '../topology/topology.ts';
import { checksOf, forCheckHttp } from './nagios.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';
import { runBook } from './run-book.ts';

/**
 * Objects of Icinga 2: web nodes, and each check by `http` of its template library. Whom they
 * notify is the site's: rules of it can assign by `host.vars.reperio`.
 */
export function renderIcinga(topology: Topology, host: Host): readonly RenderedFile[] {
  const { ports, name } = topology;
  const nodes = hostsWith(topology, 'web').flatMap((node) => [
    object('Host', node.name, {
      address: text(node.address),
      check_command: text('http'),
      check_interval: '1m',
      retry_interval: '30s',
      'vars.reperio': text(name),
      'vars.http_port': String(ports.web),
      'vars.http_uri': text(probes.ready),
    }),
    ...checksOf(topology, node).map((check) =>
      object('Service', `reperio-${check.name}`, {
        host_name: text(node.name),
        check_command: text('http'),
        check_interval: '1m',
        retry_interval: '30s',
        max_check_attempts: '1',
        notes_url: text(runBook(topology, check.page)),
        'vars.http_port': String(ports.web),
        'vars.http_uri': text(`${checkPath}/${check.name}?${forCheckHttp}`),
      }),
    ),
  ]);
  // Its comments begin with two slashes as well as with #.
  return [{ path: '/etc/icinga2/conf.d/reperio.conf', text: lines(madeFor(topology, host), nodes), mode: 0o644 }];
}

function text(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function object(kind: string, name: string, values: Readonly<Record<string, string>>): string {
  const shown = Object.entries(values).map(([key, value]) => `  ${key} = ${value}`);
  return `\nobject ${kind} ${text(name)} {\n${shown.join('\n')}\n}`;
}
