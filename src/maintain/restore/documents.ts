import { UserError } from '../../errors/errors.ts';
import type { Content, ContentStore } from '../../files/content.ts';
import { contentProblem } from '../../files/fixity.ts';
import { receive } from '../../files/receive.ts';
import { Damage, verified } from '../backup/blocks.ts';
import { inTurns, placedContent } from '../backup/contents.ts';
import type { Place } from '../backup/place.ts';

export interface RestoredDocuments {
  readonly count: number;
  /** Those that were brought back: others were in the store, whole. */
  readonly copied: number;
  readonly bytes: number;
  /** Digests of those that are neither in the store nor, whole, in the backup. */
  readonly lost: readonly string[];
}

/** Brings documents back to the store; what is there is read and compared with its digest. */
export async function restoreDocuments(
  place: Place,
  store: ContentStore,
  contents: readonly Content[],
  { onBytes, signal }: { readonly onBytes?: (bytes: number) => void; readonly signal?: AbortSignal | undefined },
): Promise<RestoredDocuments> {
  const lost: string[] = [];
  let copied = 0;
  let bytes = 0;
  await inTurns(contents, async (content) => {
    signal?.throwIfAborted();
    const { digest, bytes: length } = content;
    onBytes?.(length);
    if ((await contentProblem(store, content)) === undefined) return;
    try {
      const source = await place.read(placedContent(digest));
      await receive(store, verified(source, { bytes: length, sha256: digest, blocks: [] }), Number.POSITIVE_INFINITY);
      copied++;
      bytes += length;
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!(error instanceof Damage) && !(isMissing && !(error instanceof UserError))) throw error;
      lost.push(digest);
    }
  });
  return { count: contents.length, copied, bytes, lost: lost.sort() };
}
