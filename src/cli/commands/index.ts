import { type GraphStatus, graphStatus } from '../../citations/status.ts';
import { type IndexStatus, indexStatus } from '../../index/status.ts';
import type { VerifyReport } from '../../index/verify.ts';
import { indexFolderOf } from '../../library/index-folder.ts';
import { knownPair, newestVersions, sameVersions, versionsText } from '../../site/index-versions.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { inTurn, withIndex } from '../index-work.ts';
import { type Column, fitted, tableLines, windowOf } from '../terminal.ts';
import { downgrade, rebuild, upgrade } from './index-making.ts';

const status = defineSubcommand({
  summary: 'Show the state of the index: segments, citations, and whether it is up to date.',
  examples: [
    {
      command: 'index status',
      doc: 'Segments, records not yet in a segment, and the citation graph.',
    },
    { command: 'index status --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: jsonOption,
  run: async ({ settings, options, environment, signal, stdout, print, printJson }) => {
    const given = settings();
    const found = await withIndex(given, signal, ({ database, folder }) => indexStatus(database, folder));
    const live = found.segments.map(({ id }) => id);
    const citations = graphStatus(indexFolderOf(given), live);
    if (options.json) return printJson({ ...found, citations: citations ?? null });
    const window = windowOf(stdout, environment);
    const facts: readonly (readonly [name: string, text: string])[] = [
      ['State', found.current ? 'up to date with the site file' : 'to be rebuilt, since the site file has changed'],
      ['Versions', versionsLine(found)],
      ['Changes', `${found.manifest} so far`],
      ['Records', `${found.records} numbers used; ${found.deltas} changes not in a segment yet`],
      ['Segments', `${found.segments.length} in use, ${found.unused} unused`],
      ['Citations', graphText(citations, live.length)],
      ['Local files', `${megabytes(found.localBytes)} MB on this node`],
    ];
    for (const [name, text] of facts) print(fitted(`${name.padEnd(11)}  ${text}`, window.width));
    if (found.segments.length === 0) return;
    const rows = found.segments.map(({ id, records, bytes }) => [id.slice(0, 12), String(records), megabytes(bytes)]);
    print('');
    for (const line of tableLines(segmentColumns, rows, window)) print(line);
  },
});

const segmentColumns: readonly Column[] = [
  { head: 'SEGMENT' },
  { head: 'RECORDS', right: true },
  { head: 'MB', right: true },
];

function graphText(graph: GraphStatus | undefined, live: number): string {
  if (graph === undefined) return 'not counted on this node; that is done when they are first needed';
  const { citations, records, segments, bytes, made } = graph;
  // Segments that were merged are others with the same records.
  const rest = segments === live ? '' : '; what has changed since then is added when needed';
  return `${citations} between ${records} records; ${megabytes(bytes)} MB, created ${made.toISOString()}${rest}`;
}

const verify = defineSubcommand({
  summary: 'Check the index against its checksums and the records, and repair it.',
  description:
    'Local files and stored blocks are checked first; a damaged file is fetched again, a damaged stored block is repaired from the local file or rebuilt ' +
    'from the records. Then every term, position and column is compared with the records. Exit status 0: no damage and no difference; 1: some.',
  examples: [
    { command: 'index verify', doc: 'Takes about as long as a rebuild.' },
    { command: 'index verify --checksums', doc: 'Only the checksums; takes seconds.' },
    { command: 'index verify --dry-run', doc: 'Reports damage and changes nothing.' },
  ],
  arguments: {},
  options: {
    checksums: { type: 'flag', doc: 'Check only the checksums.' },
    most: { type: 'number', value: 'N', minimum: 1, doc: 'How many differences to list; default 20.' },
    'dry-run': { type: 'flag', doc: 'Do not repair.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const { verifyIndex } = await import('../../index/verify.ts');
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
  summary: 'Maintain the index in the background until stopped.',
  description: `For hosts that serve no readers (role \`worker\`): adds new records to the index, merges segments, rebuilds the index when the site file requires it, and keeps this host's
copy of the index up to date for other commands. \`serve\` does the same unless \`index-work\` is standby; then it does so only when no other process has for two minutes.
Any number of these processes may run: each piece of work is done once.`,
  examples: [{ command: 'index follow', doc: 'As started by the unit reperio-follower.service.' }],
  arguments: {},
  options: {},
  run: async ({ settings, signal, stderr, colour, print }) => {
    const { createLogger } = await import('../../monitor/log.ts');
    const { followIndex } = await import('../../supervisor/follow-index.ts');
    const { logTo } = await import('../readable-log.ts');
    const given = settings();
    const logger = createLogger(given, logTo(stderr, given, colour));
    await followIndex({
      settings: given,
      signal,
      onWork: (sentence) => logger.info(sentence),
      onReady: () => print('Maintaining the index.'),
    });
  },
});

export const command: CommandGroup = { commands: { status, rebuild, upgrade, downgrade, verify, follow } };

function* reportLines({ segments, records, damage, differences }: VerifyReport): Generator<string, void, void> {
  for (const { segment, where, problem, outcome } of damage)
    yield `damaged: segment ${segment} (${where}): ${problem} It was ${outcome}.`;
  for (const { record, what } of differences ?? []) yield `different: record ${record ?? '?'} ${what}`;
  if ((differences?.length ?? 0) > 0) yield 'Run "reperio index rebuild" to rebuild the index.';
  else if (differences !== undefined) yield `The index of ${records} records agrees with the records.`;
  if (damage.length === 0) yield `All ${segments} segments match their checksums.`;
}

function versionsLine({ versions, kept, behind }: IndexStatus): string {
  const text = versionsText(versions);
  if (knownPair(versions) === undefined) return `${text}, which this release does not know`;
  if (sameVersions(versions, newestVersions)) return text;
  const newest = versionsText(newestVersions);
  if (kept) return `${text}; kept until "reperio index upgrade" makes it ${newest}`;
  return behind.length === 0
    ? `${text}; will become ${newest} while a node or a load runs`
    : `${text}; will become ${newest} when all nodes know it; not yet known by ${behind.join(', ')}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
