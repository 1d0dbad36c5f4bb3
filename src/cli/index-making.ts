import type { Writable } from 'node:stream';
import { UserError } from '../errors/errors.ts';
import type { IndexContext } from '../index/context.ts';
import { indexErrors } from '../index/errors.ts';
import { keepWhenSame } from '../index/manifest.ts';
import { mergeAll } from '../index/merging.ts';
import { nodesBehind, nodeText } from '../index/nodes-behind.ts';
import { type RebuildOptions, rebuildIndex } from '../index/rebuild.ts';
import { requireKnown } from '../index/require-known.ts';
import { type IndexVersions, versionsText } from '../site/index-versions.ts';
import { currentSite } from '../site/versions.ts';
import { inTurn } from './index-work.ts';
import { createProgress } from './progress.ts';

/** Makes the whole index anew, in turn with others. Resolves to how many records it holds. */
export async function rebuilt(context: IndexContext, stderr: Writable): Promise<number> {
  return await inTurn(context, 'index rebuild', stderr, (inTurnContext) => makeAnew(inTurnContext, stderr, {}));
}

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

/** Throws UserError where a node does not know the versions. */
export async function takeVersions(
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

/** What was done, for who reads it. */
export function told({ versions, kept, records }: Taken): string {
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
