import { readFileSync } from 'node:fs';
import { topologyOf } from './read.ts';
import type { Secrets } from './secrets.ts';
import type { Topology } from './topology.ts';

/** For tests: the example of the manual, as text. */
export const exampleText: string = readFileSync(new URL('example.yaml', import.meta.url), 'utf8');

/** The example with changes. */
export function exampleTopology(change: (text: string) => string = (text) => text): Topology {
  return topologyOf(change(exampleText), 'example.yaml');
}

/**
 * The example on loopback addresses, so that programs that bind while they check can do so
 * anywhere; and on free ports, so that no root is needed.
 */
export function onLoopback(text: string): string {
  return text
    .replaceAll('10.77.0.', '127.77.0.')
    .replace('/etc/haproxy/library.pem', '/tmp/certificate.pem')
    .replace('versions:', 'ports: {http: 18080, https: 18443}\nversions:');
}

/** With everything in them that has to be escaped somewhere. */
export const testSecrets: Secrets = {
  library: 'li/b "ra$ry\\',
  superuser: 'super',
  replication: "re'pl#",
  rewind: 'rewind',
};
