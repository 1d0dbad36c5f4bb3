import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { clusterErrors } from '../errors.ts';
import { parseTopology } from './parse.ts';
import type { Host, Topology } from './topology.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'access is denied',
  EISDIR: 'it is a folder',
};

/** The text of a cluster file; "-" is standard input. Throws `unreadable`. */
export async function readTopologyText(file: string, stdin: Readable): Promise<string> {
  try {
    return file === '-' ? await text(stdin) : await readFile(file, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UserError(clusterErrors.unreadable, { file, reason: reasons[code] ?? message }, error);
  }
}

/** Throws one UserError with all mistakes and their lines. */
export function topologyOf(source: string, file: string): Topology {
  const { topology, problems } = parseTopology(source);
  if (topology !== undefined) return topology;
  throw new UserError(clusterErrors.wrong, {
    file,
    count: problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`,
    problems: problems.map(({ line, message }) => `  line ${line}: ${message}`).join('\n'),
  });
}

/** Throws `hostUnknown`. */
export function hostNamed({ hosts }: Topology, name: string): Host {
  const found = hosts.find((host) => host.name === name);
  if (found !== undefined) return found;
  const names = hosts.map((host) => host.name);
  const near = nearest(name, names);
  throw new UserError(clusterErrors.hostUnknown, {
    host: name,
    nearest: near === undefined ? '' : `Did you mean ${near}? `,
    hosts: names.join(', '),
  });
}
