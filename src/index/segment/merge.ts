import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type IndexVersions, newestVersions } from '../../site/index-versions.ts';
import { placeFile } from '../../store/folder-owner.ts';
import { TermsWriter } from './dictionary-writer.ts';
import { mergeColumns } from './merge-columns.ts';
import { type MergeInput, type MergePlan, planMerge } from './merge-plan.ts';
import { mergeTerms } from './merge-terms.ts';
import { segmentFileName } from './open.ts';
import { type SegmentData, SegmentOutput, segmentInMemory } from './output.ts';
import { writeAll } from './spill.ts';

export interface MergeOptions {
  /**
   * True when no segment outside the merge can have an older version of these records: deletion
   * markers then end.
   */
  readonly dropDeletions: boolean;
  /** Of the analysis that made them; undefined: the newest. */
  readonly versions?: IndexVersions;
}

/** A merged segment on disk. */
export interface MergedSegment {
  readonly id: string;
  readonly records: number;
  readonly bytes: number;
  readonly path: string;
}

/**
 * The segment that inverting the surviving records would give, byte for byte. Takes 20-40 us a
 * record and does not let others work: for more than some thousand records use `mergeInWorker`.
 */
export function mergeSegments(inputs: readonly MergeInput[], options: MergeOptions): SegmentData {
  const { dropDeletions, versions = newestVersions } = options;
  const plan = planMerge(inputs, dropDeletions);
  const guess = inputs.reduce((sum, { segment }) => sum + segment.source.length, 0);
  return segmentInMemory(plan.records, versions, guess, (output) => write(plan, output));
}

/**
 * The same to `folder/ID.segment`, holding no more than columns, caches and some megabytes in
 * memory. Leaves nothing behind when it fails.
 */
export function mergeToFile(
  inputs: readonly MergeInput[],
  folder: string,
  options: MergeOptions,
  temporary = temporaryPath(folder),
): MergedSegment {
  const { dropDeletions, versions = newestVersions } = options;
  const plan = planMerge(inputs, dropDeletions);
  const file = openSync(temporary, 'wx', 0o600);
  try {
    const output = new SegmentOutput(plan.records, versions, (bytes) => writeAll(file, bytes));
    write(plan, output, folder);
    const { id, bytes } = output.finish();
    fsyncSync(file);
    const path = join(folder, segmentFileName(id));
    placeFile(temporary, path);
    return { id, records: plan.records, bytes, path };
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * The path of a file that a merge is writing. After a crash such a file may be left: whoever owns
 * the folder clears it.
 */
export function temporaryPath(folder: string): string {
  return join(folder, `merge-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

function write(plan: MergePlan, output: SegmentOutput, folder?: string): void {
  mergeColumns(plan, output);
  const terms = new TermsWriter(folder === undefined ? undefined : { output, folder });
  try {
    mergeTerms(plan, terms);
    terms.finish(output);
  } finally {
    terms.close();
  }
}
