import type { Segment } from '../../index/segment.ts';
import { readVocabulary } from './read-vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';
import { keptVocabulary } from './vocabulary-file.ts';

/** Segments of so many records are read while the question waits, in a few milliseconds. */
const smallSegment = 3000;

const known = new WeakMap<Segment, Vocabulary | 'being made'>();

/**
 * The words of a segment's values; undefined while they are being made, which begins when they are
 * first asked for. A large segment that is a file has them in a file beside it, which is made once
 * for all processes of the node, in a thread of its own.
 */
export function vocabularyOf(segment: Segment, spaces: readonly string[]): Vocabulary | undefined {
  const before = known.get(segment);
  if (before !== undefined) return before === 'being made' ? undefined : before;
  const { file } = segment;
  if (file !== undefined && segment.count > smallSegment) {
    const kept = keptVocabulary(file, spaces, () => known.delete(segment));
    known.set(segment, kept ?? 'being made');
    return kept;
  }
  const made = readVocabulary(segment, spaces);
  known.set(segment, made);
  return made;
}
