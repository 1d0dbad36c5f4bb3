import { defineErrors, UserError } from '../../errors/errors.ts';

export const segmentErrors = defineErrors({
  damaged: {
    code: 'REPERIO_SEGMENT_DAMAGED',
    status: 503,
    message: 'Index segment {segment} is damaged in its section "{section}" at byte {offset}: {problem}.',
    hint: 'Run `reperio index verify`; it copies the segment from the database, or rebuilds it from the records.',
  },
  version: {
    code: 'REPERIO_SEGMENT_VERSION',
    status: 503,
    message: 'Index segment {segment} has format {found}, and this release reads {known}.',
    hint: 'Use the release that wrote it, or rebuild the index with this one: `reperio index rebuild`.',
  },
  block: {
    code: 'REPERIO_SEGMENT_BLOCK',
    status: 503,
    message: 'Block {block} of index segment {segment} is not what was stored: {problem}.',
    hint: 'Run `reperio index verify`; it rebuilds the segment from the records.',
  },
});

/**
 * Some bytes of a segment are not what was written. Says which, so that whoever holds the segment
 * can repair it.
 */
export class SegmentDamaged extends UserError {
  readonly segment: string;
  readonly section: string;
  readonly offset: number;
  readonly problem: string;
  constructor(segment: string, section: string, offset: number, problem: string, cause?: unknown) {
    super(segmentErrors.damaged, { segment, section, offset, problem }, cause);
    this.segment = segment;
    this.section = section;
    this.offset = offset;
    this.problem = problem;
  }
}

/**
 * Bytes that no writer of ours makes. Thrown by decoders, which do not know where their bytes came
 * from.
 */
export class MalformedBytes extends Error {}
