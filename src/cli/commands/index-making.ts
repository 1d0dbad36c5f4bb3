import type { Writable } from 'node:stream';
import { UserError } from '../../errors/errors.ts';
import type { IndexContext } from '../../index/context.ts';
import { indexErrors } from '../../index/errors.ts';
import { keepWhenSame } from '../../index/manifest.ts';
import { mergeAll } from '../../index/merging.ts';
import { nodesBehind, nodeText } from '../../index/nodes-behind.ts';
import { type RebuildOptions, rebuildIndex } from '../../index/rebuild.ts';
import { requireKnown } from '../../index/require-known.ts';
import { earlierVersions, type IndexVersions, newestVersions, versionsText } from '../../site/index-versions.ts';
import { currentSite } from '../../site/versions.ts';
import { defineSubcommand, jsonOption } from '../command.ts';
import { inTurn, withIndex } from '../index-work.ts';
import { createProgress } from '../progress.ts';

/** Commands that make the whole index anew. */

export const rebuild = defineSubcommand({
  summary: 'Rebuild the index from the records, beside the live index.',
  description: 'Searching, loading and editing continue meanwhile; the new index replaces the old one in one step.',
  examples: [{ command: 'index rebuild', doc: 'Several thousand records a second.' }],
  arguments: {},
  options: jsonOption,
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const records = await withIndex(settings(), signal, (context) =>
      inTurn(context, 'index rebuild', stderr, (inTurnContext) => makeAnew(inTurnContext, stderr, {})),
    );
    if (options.json) return printJson({ records });
    print(`The index was rebuilt from ${records} records.`);
  },
});

const anyway = {
  anyway: {
    type: 'flag',
    doc: 'Also when some nodes do not know these versions: they keep searching the index that they have until they are updated.',
  },
  ...jsonOption,
} as const;

export const upgrade = defineSubcommand({
  summary: 'Rebuild the index with the newest versions of this release, without waiting.',
  description:
    'A release that analyses records differently uses the index of the release before it until all nodes know the new versions; a minute later one of them rebuilds ' +
    'the index beside the live one and replaces it in one step. This command does so now. It also ends the effect of "index downgrade".',
  examples: [
    { command: 'index upgrade', doc: 'Refused while a node has an older release.' },
    {
      command: 'index upgrade --anyway',
      doc: 'Such a node then answers from the index as it last read it, and says so.',
    },
  ],
  arguments: {},
  options: anyway,
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const report = await withIndex(settings(), signal, (context) =>
      takeVersions(context, stderr, { versions: newestVersions, kept: false, anyway: options.anyway }),
    );
    options.json ? printJson(report) : print(told(report));
  },
});

export const downgrade = defineSubcommand({
  summary:
    'Rebuild the index with the versions of the release before this one, so that it can serve the library again.',
  description: 'The index keeps these versions until "index upgrade". Then nodes can go back to the earlier release.',
  examples: [{ command: 'index downgrade', doc: 'Before going back to the earlier release.' }],
  arguments: {},
  options: anyway,
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const report = await withIndex(settings(), signal, (context) =>
      takeVersions(context, stderr, { versions: earlierVersions, kept: true, anyway: options.anyway }),
    );
    options.json ? printJson(report) : print(told(report));
  },
});

interface Taking {
  readonly versions: IndexVersions;
  readonly kept: boolean;
  readonly anyway: boolean;
}

interface Taken {
  readonly versions: IndexVersions;
  readonly kept: boolean;
  /** Undefined: the index was made so already. */
  readonly records: number | undefined;
}

async function takeVersions(
  context: IndexContext,
  stderr: Writable,
  { versions, kept, anyway: isForced }: Taking,
): Promise<Taken> {
  const { database } = context;
  requireKnown(await currentSite(database));
  const behind = await nodesBehind(database, versions);
  const first = behind.filter(({ isFirst, runs }) => isFirst && runs);
  if (first.length > 0) throw new UserError(indexErrors.firstNodesRun, { nodes: first.map(nodeText).join(', ') });
  const nodes = behind.map(nodeText).join(', ');
  if (behind.length > 0 && !isForced)
    throw new UserError(indexErrors.nodesBehind, { wanted: versionsText(versions), nodes });
  const why = async (): Promise<string | undefined> => {
    const now = isForced ? [] : await nodesBehind(database, versions);
    return now.length === 0 ? undefined : `these nodes do not know it: ${now.map(nodeText).join(', ')}`;
  };
  return await inTurn(context, 'index rebuild', stderr, async (inTurnContext) => {
    if (await keepWhenSame(database, versions, kept)) return { versions, kept, records: undefined };
    const records = await makeAnew(inTurnContext, stderr, { take: { versions, kept }, why });
    return { versions, kept, records };
  });
}

function told({ versions, kept, records }: Taken): string {
  const text = versionsText(versions);
  if (records === undefined) return `The index already has ${text}.`;
  const after = kept ? ' It keeps them until "reperio index upgrade".' : '';
  return `The index was rebuilt from ${records} records, with ${text}.${after}`;
}

async function makeAnew(context: IndexContext, stderr: Writable, options: RebuildOptions): Promise<number> {
  const progress = createProgress({ stream: stderr, unit: 'records' });
  let done = 0;
  const count = await rebuildIndex(context, {
    ...options,
    onProgress: ({ records }) => {
      progress.advance(records - done);
      done = records;
    },
    onProblem: (record, reason) => stderr.write(`Record ${record} could not be indexed completely: ${reason}.\n`),
    onWait: (holder) => stderr.write(`Waiting for ${holder} to finish.\n`),
  });
  await mergeAll(context);
  progress.finish();
  return count;
}
