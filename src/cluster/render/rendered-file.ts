import type { Secrets } from '../topology/secrets.ts';
import type { Host, Topology } from '../topology/topology.ts';

/** A file of a host's configuration, as a value. */
export interface RenderedFile {
  /** Where it goes on the host. */
  readonly path: string;
  readonly text: string;
  /** Permission bits; 0o600 for what has passwords in it. */
  readonly mode: number;
}

export type Render = (topology: Topology, host: Host, secrets: Secrets) => readonly RenderedFile[];

/** Lines, and lists of lines, one below the other; undefined and false are left out. */
export function lines(...parts: readonly (string | readonly string[] | undefined | false)[]): string {
  return `${parts
    .flat()
    .filter((part) => part !== undefined && part !== false)
    .join('\n')}\n`;
}

/** For `systemd`'s EnvironmentFile and for shells alike. */
export function environmentLine(name: string, value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? `${name}=${value}` : `${name}="${value.replace(/["\\$`]/g, '\\$&')}"`;
}

/** The first line of every file that is rendered. */
export function madeFor(topology: Topology, host: Host): string {
  return `# Host ${host.name} of the cluster ${topology.name}, made by \`reperio cluster render\`. Do not edit: change cluster.yaml and render again.`;
}
