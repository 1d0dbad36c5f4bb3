import type { Secrets } from '../../cluster/topology/secrets.ts';
import { readSecrets, secretPlaces } from '../../cluster/topology/secrets.ts';
import type { Topology } from '../../cluster/topology/topology.ts';
import { addNode } from '../../deploy/replicate/add.ts';
import { byHandLines, type NeighbourFile } from '../../deploy/replicate/neighbours.ts';
import { removeNode } from '../../deploy/replicate/remove.ts';
import { type CommandGroup, defineSubcommand } from '../command.ts';
import { clusterOption, withFleet } from './deploy/cluster-option.ts';

const argument = { host: { doc: 'The host, as cluster.yaml names it.' } } as const;
const options = {
  ...clusterOption,
  apply: { type: 'flag', doc: 'Write the files of balancers, databases and monitors too, and reload them.' },
  'dry-run': { type: 'flag', doc: 'Only look, and list what would be done.' },
} as const;

const add = defineSubcommand({
  summary: 'Make a host of cluster.yaml a node: release, configuration, index, service.',
  description: `Over ssh: looks at the host first, and changes nothing if something stands in the way. The release and the index come from another node, through this machine, and are
verified there file by file; what is damaged or missing of the index comes from the database. Run it again after an interruption: what is done is not done twice.
Then other hosts must know the node: without --apply they are listed with what to type. A file there that somebody edited is never overwritten.`,
  examples: [
    { command: 'node add web4 --dry-run', doc: 'Looks at the host, after its line was written into cluster.yaml.' },
    { command: 'node add web4 --apply', doc: 'Readers are sent there when this has ended.' },
    { command: 'node add web4 --from web2', doc: 'From a certain node.' },
  ],
  arguments: argument,
  options: {
    ...options,
    from: { type: 'text', value: 'HOST', doc: 'The node to copy from; default: the first that answers.' },
    release: { type: 'text', value: 'RELEASE', doc: 'A release here; needed for the first node of a cluster only.' },
  },
  run: async ({ arguments: { host }, options: given, environment, signal, stdin, print }) =>
    withFleet(given.file, stdin, async (fleet) => {
      const { apply, 'dry-run': dryRun, from, release } = given;
      const secrets = secretsFor(fleet.topology, environment, dryRun);
      const files = await addNode(
        fleet,
        { name: host, from, release, apply, dryRun, secrets },
        { signal, onStep: stepsTo(print) },
      );
      printFiles(files, { file: given.file, print, nothing: 'All other hosts know it.' });
    }),
});

const remove = defineSubcommand({
  summary: 'Take a node out of service: drained, stopped, out of the balancers.',
  description:
    'Nothing on the host is deleted. A host that is gone for good is taken out of the others all the same. Run it again after an interruption.',
  examples: [
    { command: 'node remove web4', doc: 'Then what remains on other hosts is listed.' },
    { command: 'node remove web4 --apply', doc: 'The balancers and monitors are changed as well.' },
  ],
  arguments: argument,
  options,
  run: async ({ arguments: { host }, options: given, environment, signal, stdin, print }) =>
    withFleet(given.file, stdin, async (fleet) => {
      const { apply, 'dry-run': dryRun } = given;
      const secrets = secretsFor(fleet.topology, environment, dryRun);
      const { files, remains } = await removeNode(
        fleet,
        { name: host, apply, dryRun, secrets },
        { signal, onStep: stepsTo(print) },
      );
      printFiles(files, { file: given.file, print, nothing: 'No other host names it any more.' });
      for (const line of remains) print(line);
    }),
});

/** Nothing secret is written when nothing is. */
function secretsFor(
  topology: Topology,
  environment: Readonly<Record<string, string | undefined>>,
  dryRun: boolean,
): Secrets {
  return dryRun ? secretPlaces(topology) : readSecrets(topology, environment);
}

function stepsTo(print: (line: string) => void) {
  return (step: string, said: string, seconds: number): void =>
    print(`${step.padEnd(14)} ${`${seconds.toFixed(1)} s`.padStart(7)}  ${said}`);
}

function printFiles(
  files: readonly NeighbourFile[],
  {
    file = 'cluster.yaml',
    print,
    nothing,
  }: { readonly file: string | undefined; readonly print: (line: string) => void; readonly nothing: string },
): void {
  const lines = byHandLines(files, file);
  print(lines.length === 0 ? nothing : 'Still to do on other hosts:');
  for (const line of lines) print(`  ${line}`);
}

export const command: CommandGroup = { commands: { add, remove } };
