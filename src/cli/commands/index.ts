import { type GraphStatus, graphStatus } from '../../citations/status.ts';
import { type IndexStatus, indexStatus } from '../../index/status.ts';
import { type VerifyReport, verifyIndex } from '../../index/verify.ts';
import { indexFolderOf } from '../../library/open.ts';
import { createLogger } from '../../monitor/log.ts';
import { knownPair, newestVersions, sameVersions, versionsText } from '../../site/index-versions.ts';
import { followIndex } from '../../supervisor/follow-index.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { inTurn, withIndex } from '../index-work.ts';
import { downgrade, rebuild, upgrade } from './index-making.ts';

const status = defineSubcommand({
  summary: 'Say what the index consists of and whether it is up to date.',
  examples: [
    {
      command: 'index status',
      doc: 'Segments, records in them, what waits to be folded in, and the citation graph.',
    },
    { command: 'index status --json', doc: 'The same for programs.' },
  ],
  arguments: {},
  options: jsonOption,
  run: async ({ settings, options, signal, print, printJson }) => {
    const given = settings();
    const found = await withIndex(given, signal, ({ database, folder }) => indexStatus(database, folder));
    const live = found.segments.map(({ id }) => id);
    const citations = graphStatus(indexFolderOf(given), live);
    if (options.json) return printJson({ ...found, citations: citations ?? null });
    print(
      `manifest  version ${found.manifest}, ${found.current ? 'up to date with the site file' : 'to be made anew'}`,
    );
    print(`made by   ${versionsLine(found)}`);
    print(`records   ${found.records} numbered, ${found.deltas} versions not in a segment yet`);
    print(`segments  ${found.segments.length} live, ${found.unused} unused`);
    for (const { id, records, bytes } of found.segments)
      print(`  ${id.slice(0, 12)}  ${String(records).padStart(9)} records  ${megabytes(bytes).padStart(8)} MB`);
    print(`citations ${graphText(citations, live.length)}`);
    print(`local     ${megabytes(found.localBytes)} MB of files on this node`);
  },
});

function graphText(graph: GraphStatus | undefined, live: number): string {
  if (graph === undefined) return 'no graph on this node; it is made when it is needed';
  const { citations, records, segments, bytes, made } = graph;
  const rest = segments === live ? '' : ', the rest laid over it';
  return `${citations} among ${records} records, of ${segments} of ${live} segments${rest}; ${megabytes(bytes)} MB, made ${made.toISOString()}`;
}

const verify = defineSubcommand({
  summary: 'Check every byte of the index, compare it with the records, and heal it.',
  description:
    'Local files and stored blocks are checked first; a damaged file is fetched again, a damaged stored block is mended from the local file or made anew ' +
    'from the records. Then every term, position and column is compared with what the records give. Exit status 0: nothing was wrong; 1: something was.',
  examples: [
    { command: 'index verify', doc: 'Takes about as long as a rebuild.' },
    { command: 'index verify --checksums', doc: 'Only the bytes: seconds.' },
    { command: 'index verify --dry-run', doc: 'Names what is wrong and changes nothing.' },
  ],
  arguments: {},
  options: {
    checksums: { type: 'flag', doc: 'Do not compare with the records.' },
    most: { type: 'number', value: 'N', minimum: 1, doc: 'How many differences to list; 20.' },
    'dry-run': { type: 'flag', doc: 'Do not heal.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const report = await withIndex(settings(), signal, (context) =>
      inTurn(context, 'index verify', stderr, (context) =>
        verifyIndex(context, {
          repair: !options['dry-run'],
          compare: !options.checksums,
          most: options.most ?? 20,
          onProgress: (sentence) => stderr.write(`${sentence}\n`),
        }),
      ),
    );
    if (options.json) printJson(report);
    else for (const line of reportLines(report)) print(line);
    return report.damage.length === 0 && (report.differences?.length ?? 0) === 0 ? 0 : 1;
  },
});

const follow = defineSubcommand({
  summary: 'Look after the index in the background, until it is stopped.',
  description: `For hosts that answer no readers (role \`worker\`): folds new records in, merges segments, makes the index anew when the site file asks for it, and keeps this host's
copy of the index fresh for other commands. \`serve\` does the same unless \`index-work\` is standby; then it does so when nobody else has for two minutes.
Any number of these may run: each piece of work is done once.`,
  examples: [{ command: 'index follow', doc: 'As the unit reperio-follower.service does.' }],
  arguments: {},
  options: {},
  run: async ({ settings, signal, stderr, print }) => {
    const given = settings();
    const logger = createLogger(given, stderr);
    await followIndex({
      settings: given,
      signal,
      onWork: (sentence) => logger.info(sentence),
      onReady: () => print('The index is looked after.'),
    });
  },
});

export const command: CommandGroup = { commands: { status, rebuild, upgrade, downgrade, verify, follow } };

function* reportLines({ segments, records, damage, differences }: VerifyReport): Generator<string, void, void> {
  for (const { segment, where, problem, healing } of damage)
    yield `damaged: segment ${segment} (${where}): ${problem} It was ${healing}.`;
  for (const { record, what } of differences ?? []) yield `different: record ${record ?? '?'} ${what}`;
  if ((differences?.length ?? 0) > 0) yield 'Type "reperio index rebuild" to make the index anew.';
  else if (differences !== undefined) yield `The index of ${records} records says exactly what the records give.`;
  if (damage.length === 0) yield `Every byte of ${segments} segments is as it was written.`;
}

function versionsLine({ versions, kept, behind }: IndexStatus): string {
  const text = versionsText(versions);
  if (knownPair(versions) === undefined) return `${text}, which this release does not know`;
  if (sameVersions(versions, newestVersions)) return text;
  const newest = versionsText(newestVersions);
  if (kept) return `${text}, until "reperio index upgrade" makes it ${newest}`;
  const reason = behind.length === 0 ? '' : `; not known yet to ${behind.join(', ')}`;
  return `${text}; ${newest} will be taken when all nodes know it${reason}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
