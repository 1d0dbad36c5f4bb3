import { hostname } from 'node:os';
import { renderSysctl } from '../cluster/render/sysctl.ts';
import { hostNamed, readTopologyText, topologyOf } from '../cluster/topology/read.ts';
import { UserError } from '../errors/errors.ts';
import { assignmentsOf } from '../maintain/tune/advice.ts';
import { tuneErrors } from '../maintain/tune/errors.ts';
import { type InCluster, readSystemOf, systemReport } from '../maintain/tune/os/advise.ts';
import { applySysctl, type SysctlChange, undoSysctl } from '../maintain/tune/os/apply.ts';
import type { SystemFacts } from '../maintain/tune/os/facts.ts';
import { proveSystem, trialLines } from '../maintain/tune/os/prove.ts';
import { type CommandContext, defineSubcommand } from './command.ts';
import { nothingToApply, printReport, requireOne, statusDoc, tuneOptions } from './tune-output.ts';

const options = {
  ...tuneOptions,
  file: { type: 'text', value: 'FILE', doc: 'A cluster file: judge by the roles of this host too.' },
  host: { type: 'text', value: 'NAME', doc: 'The host of the cluster file; default the name of this machine.' },
} as const;

export const tuneOs = defineSubcommand({
  summary: 'Advise on settings of the kernel, memory, limits, disks and clock of this machine.',
  description: `${statusDoc}
--apply writes /etc/sysctl.d/60-reperio.conf and loads it; it needs root. --prove uses a network of its own (a namespace), so nothing on this machine changes; it needs
root and takes half a minute.`,
  examples: [
    { command: 'tune os', doc: 'Reads only.' },
    { command: 'tune os --json > before.json', doc: 'For programs, and for --compare.' },
    { command: 'tune os --compare before.json', doc: 'Shows what has changed, and how counters have grown.' },
    { command: 'tune os --file cluster.yaml --host lb1', doc: 'For a host of a cluster.' },
    { command: 'tune os --apply', doc: 'Sets what is advised; `tune os --undo` takes it back.' },
  ],
  arguments: {},
  options,
  failureStatus: 2,
  run: async (context) => {
    const { options, settings, signal, print, printJson } = context;
    requireOne(options);
    if (options.undo) {
      show(undoSysctl(), context);
      return 0;
    }
    if (options.prove) {
      const trials = await proveSystem(signal);
      if (options.json) printJson(trials);
      else for (const line of trialLines(trials)) print(line);
      return 0;
    }
    const cluster = await clusterOf(context);
    const given = cluster === undefined ? {} : { cluster };
    const facts = await readSystemOf(settings(), given);
    const report = systemReport(facts, Date.now());
    if (!options.apply) return printReport(report, context);
    const assignments = assignmentsOf(report.advice);
    if (assignments.length === 0) return nothingToApply(report, context);
    refuseWhereNotOurs(facts);
    show(applySysctl(assignments, {}, cluster && wholeFile(cluster, assignments)), context);
    return 0;
  },
});

type Context = CommandContext<Readonly<Record<string, never>>, typeof options>;

async function clusterOf({ options: { file, host }, stdin }: Context): Promise<InCluster | undefined> {
  if (file === undefined && host === undefined) return undefined;
  const named = file ?? 'cluster.yaml';
  const topology = topologyOf(await readTopologyText(named, stdin), named);
  return { topology, name: hostNamed(topology, host ?? hostname()).name };
}

/** A host of a cluster gets the file of `cluster render`, unless its counters want more. */
function wholeFile({ topology, name }: InCluster, assignments: ReturnType<typeof assignmentsOf>): string | undefined {
  const [file] = renderSysctl(topology, hostNamed(topology, name));
  const rendered = file?.text ?? '';
  const isAll = assignments.every(({ name, value }) => rendered.split('\n').includes(`${name} = ${value}`));
  return isAll ? rendered : undefined;
}

function refuseWhereNotOurs({ settable, container }: SystemFacts): void {
  if (settable === 'yes') return;
  const where = container === undefined ? '' : ` in this ${container} container`;
  const reason = settable === 'needs root' ? 'only root may' : `they are read-only${where}`;
  throw new UserError(tuneErrors.sysctlNotOurs, { reason });
}

function show(changes: readonly SysctlChange[], { options, print, printJson }: Context): void {
  if (options.json) {
    printJson(changes);
    return;
  }
  for (const { name, before, after } of changes)
    print(
      before === after ? `${name} = ${after} (as before)` : `${name}: ${before ?? 'unknown'} -> ${after ?? 'unknown'}`,
    );
  print(options.undo ? 'The settings before are back.' : 'Undo with `reperio tune os --undo`.');
}
