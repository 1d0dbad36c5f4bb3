import type { Writable } from 'node:stream';
import { clusterErrors } from '../../cluster/errors.ts';
import { hostFor, type ProgramName, programNames, renderHost, usualPrograms } from '../../cluster/render/render.ts';
import type { RenderedFile } from '../../cluster/render/rendered-file.ts';
import { writeFiles } from '../../cluster/render/write.ts';
import { topologyNotes } from '../../cluster/topology/check.ts';
import { linesOf } from '../../cluster/topology/lines.ts';
import { askCluster } from '../../cluster/topology/live.ts';
import { drawCluster } from '../../cluster/topology/picture.ts';
import { hostNamed, readTopologyText, topologyOf } from '../../cluster/topology/read.ts';
import { readSecrets, secretPlaces } from '../../cluster/topology/secrets.ts';
import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';

const usualFile = 'cluster.yaml';
const fileOption = {
  file: { type: 'text', value: 'FILE', doc: `The cluster file; default ${usualFile}; - is standard input.` },
} as const;
const fileArgument = {
  file: { doc: `The cluster file; default ${usualFile}; - is standard input.`, optional: true },
} as const;

const check = defineSubcommand({
  summary: 'Check a cluster file for mistakes.',
  description: `Every mistake is reported with its line, including conflicts: addresses used twice, ports that clash, an even number of etcd members,
and versions of Patroni and etcd that lose acknowledged writes. The hosts are not contacted.`,
  examples: [
    { command: 'cluster check', doc: `Exit status 0: ${usualFile} can be rendered.` },
    { command: 'cluster check other.yaml', doc: 'Another file.' },
  ],
  arguments: fileArgument,
  options: jsonOption,
  run: async ({ arguments: { file = usualFile }, options, stdin, print, printJson }) => {
    const text = await readTopologyText(file, stdin);
    const topology = topologyOf(text, file);
    const lineOf = linesOf(text);
    const notes = topologyNotes(topology).map(({ at, message }) => ({ line: lineOf(at), message }));
    if (options.json) return printJson({ hosts: topology.hosts.length, etcdApi: topology.etcdApi, notes });
    for (const { line, message } of notes) print(`line ${line}: ${message}`);
    print(`${file} is valid: ${topology.name}, ${topology.hosts.length} hosts.`);
  },
});

const show = defineSubcommand({
  summary: 'Draw the cluster, with the state of its hosts.',
  description: `From readers down to the data. Web nodes are asked whether they are ready, Patroni which server is the primary, HAProxy and etcd whether they are up, all at once.
A host that does not answer within one and a half seconds is shown as down (○); ● is up, ◐ is about to stop.`,
  examples: [
    { command: 'cluster show', doc: 'With the current state.' },
    { command: 'cluster show --offline', doc: 'Only what the file says.' },
    { command: 'cluster show --json', doc: 'Everything, including defaults, for programs.' },
  ],
  arguments: fileArgument,
  options: { ...jsonOption, offline: { type: 'flag', doc: 'Do not contact the hosts.' } },
  run: async ({ arguments: { file = usualFile }, options, stdin, stdout, printJson }) => {
    const topology = topologyOf(await readTopologyText(file, stdin), file);
    const live = options.offline ? undefined : await askCluster(topology);
    if (options.json) {
      const { secrets: _, ...shown } = topology;
      return printJson({ ...shown, live: live ?? null });
    }
    stdout.write(drawCluster(topology, live));
  },
});

const render = defineSubcommand({
  summary: 'Render the configuration of a program or of a host from the cluster file.',
  description: `On the screen, passwords are replaced by the name of their place; with --out they are read and written, to files that only their owner can read. Files are
written to FOLDER/HOST/etc/..., so that the folder of a host can be copied to its root.`,
  examples: [
    { command: 'cluster render haproxy', doc: 'Prints the configuration of the first balancer.' },
    { command: 'cluster render patroni --host db2', doc: 'Prints that of another host.' },
    {
      command: 'cluster render --host web1 --out rendered',
      doc: 'Writes everything that web1 needs to rendered/web1/etc/...',
    },
    { command: 'cluster render --out rendered --dry-run', doc: 'Lists the files of all hosts that would change.' },
  ],
  arguments: {
    program: {
      doc: `${programNames.join(', ')}; default ${usualPrograms.join(', ')}.`,
      optional: true,
    },
  },
  options: {
    ...fileOption,
    host: { type: 'text', value: 'NAME', doc: 'Only this host.' },
    out: { type: 'text', value: 'FOLDER', doc: 'Write files below this folder instead of printing.' },
    'dry-run': { type: 'flag', doc: 'With --out: only list what would be written.' },
  },
  run: async ({ arguments: { program }, options, environment, stdin, stdout, print }) => {
    const { file = usualFile, host: name, out, 'dry-run': dryRun } = options;
    const topology = topologyOf(await readTopologyText(file, stdin), file);
    const only = program === undefined ? usualPrograms : [programNamed(program)];
    const named = name === undefined ? undefined : hostNamed(topology, name);
    if (out === undefined) {
      const host = named ?? hostFor(topology, only[0]!) ?? topology.hosts[0]!;
      const files = renderHost(topology, host, secretPlaces(topology), only);
      if (files.length === 0) throw nothing(named?.name ?? 'This cluster', program);
      return printFiles(files, stdout);
    }
    const secrets = dryRun ? secretPlaces(topology) : readSecrets(topology, environment);
    const hosts = named === undefined ? topology.hosts : [named];
    let written = 0;
    for (const host of hosts)
      for (const { path, change } of writeFiles(`${out}/${host.name}`, renderHost(topology, host, secrets, only), {
        dryRun,
      })) {
        written++;
        if (change !== 'same') print(`${dryRun ? 'would write' : 'wrote'} ${path} (${change})`);
      }
    if (written === 0) throw nothing(named?.name ?? 'This cluster', program);
    return undefined;
  },
});

/** Throws `programUnknown`. */
function programNamed(name: string): ProgramName {
  const found = programNames.find((known) => known === name);
  if (found !== undefined) return found;
  const near = nearest(name, programNames);
  throw new UserError(clusterErrors.programUnknown, {
    program: name,
    nearest: near === undefined ? '' : `Did you mean ${near}? `,
    programs: programNames.join(', '),
  });
}

function nothing(where: string, program: string | undefined): UserError {
  return new UserError(clusterErrors.nothingToRender, { where, program: program ?? 'any program' });
}

/** A single file unchanged; several with a line above each that names its path. */
function printFiles(files: readonly RenderedFile[], stdout: Writable): undefined {
  for (const { path, text, mode } of files)
    stdout.write(files.length === 1 ? text : `### ${path} (mode ${mode.toString(8)})\n${text}\n`);
}

export const command: CommandGroup = { commands: { check, show, render } };
