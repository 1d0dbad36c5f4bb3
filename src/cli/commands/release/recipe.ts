import { readTopologyText, topologyOf } from '../../../cluster/topology/read.ts';
import { hostsWith } from '../../../cluster/topology/topology.ts';
import { installationFolder } from '../../../config/settings.ts';
import { writeDocument } from '../../../deploy/recipe/document.ts';
import { commitsBetween } from '../../../deploy/recipe/git.ts';
import { recipe as recipeOf } from '../../../deploy/recipe/recipe.ts';
import { renderedDifferences } from '../../../deploy/recipe/rendered.ts';
import { openSide } from '../../../deploy/recipe/side.ts';
import { readSiteRepository } from '../../../deploy/recipe/site-repository.ts';
import { look } from '../../../deploy/rollout/look.ts';
import { hostsInOrder } from '../../../deploy/rollout/survey.ts';
import { UserError } from '../../../errors/errors.ts';
import { defineSubcommand } from '../../command.ts';
import { clusterOption } from '../deploy/cluster-option.ts';

export const recipe = defineSubcommand({
  summary: 'Write the text by which a release is deployed by hand, for review.',
  description: `What changes between two releases: commits, schema and what waits for it, settings, rendered files, index; the commands for each host of cluster.yaml, the way back,
and a logbook to fill in. It contacts no host and does nothing. With DATABASE_URL the library is asked for its size.`,
  examples: [
    { command: 'release recipe /opt/reperio/current..reperio-0.3.0', doc: 'Markdown, of two releases in folders.' },
    { command: 'release recipe v0.2.0..v0.3.0 --org', doc: 'For Org mode, of two tags in a clone.' },
    {
      command: 'release recipe v0.2.0..v0.3.0 --site ../site',
      doc: 'With what changed in the repository of the site file.',
    },
  ],
  arguments: {
    range: {
      doc: 'FROM..TO; without FROM the release in /opt/reperio/current, without TO that of this command.',
      optional: true,
    },
  },
  options: {
    ...clusterOption,
    org: { type: 'flag', doc: 'For Org mode.' },
    markdown: { type: 'flag', doc: 'Markdown, which is the default.' },
    site: { type: 'text', value: 'FOLDER', doc: 'The repository of the site file.' },
    records: { type: 'number', value: 'N', minimum: 0, doc: 'How many records the library has, instead of asking it.' },
  },
  run: async ({ arguments: { range = '' }, options, settings, stdin, stdout, stderr }) => {
    const { file = 'cluster.yaml' } = options;
    const topology = topologyOf(await readTopologyText(file, stdin), file);
    const [before, after] = sidesOf(range);
    const site = options.site === undefined ? undefined : await readSiteRepository(options.site);
    const clone = process.cwd();
    const from = await openSide(before || topology.release, clone);
    const to = await openSide(after || installationFolder, clone).catch((error: unknown) => {
      from.close();
      throw error;
    });
    try {
      const own = hostsInOrder(topology);
      const hosts = [...own, ...hostsWith(topology, 'balancer').filter((host) => !own.includes(host))];
      const blocks = recipeOf({
        ...{ from, to, topology },
        commits: await commitsBetween(clone, from.commit, to.commit),
        rows: options.records === undefined ? await rowsOf() : everyTable(options.records),
        rendered: await renderedDifferences(from, to, file, hosts),
        site,
      });
      stdout.write(writeDocument(blocks, options.org ? 'org' : 'markdown'));
    } finally {
      from.close();
      to.close();
    }

    async function rowsOf(): Promise<Readonly<Record<string, number>> | undefined> {
      const given = settings();
      if (given.databaseUrl === undefined) return undefined;
      try {
        return (await look(given, { node: false, library: true, questions: [], log: 0 })).library?.rows;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        stderr.write(`The library cannot be asked for its size: ${error.message}\n`);
        return undefined;
      }
    }
  },
});

/** Of a library of which nothing else is known. */
function everyTable(records: number): Readonly<Record<string, number>> {
  return { record: records, revision: records, identifier: records * 2 };
}

/** Paths may begin with "../", also the second: the dots between the two follow a name. */
export function sidesOf(range: string): readonly [from: string, to: string] {
  const at = /^\.\.(?!\/)|(?<=[^/.])\.\./.exec(range)?.index;
  return at === undefined ? ['', range] : [range.slice(0, at), range.slice(at + 2)];
}
