import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IndexVersions, knownPair } from '../site/index-versions.ts';
import { placeFile } from '../store/folder-owner.ts';

/**
 * What a node goes on serving when a newer release has made the index in a way that this one does
 * not know: written once, by the first process that meets it, so that processes that start
 * meanwhile serve the same.
 */
export interface LastView {
  /** Id and timeline of the library. */
  readonly library: string;
  /** Of the manifest. */
  readonly version: number;
  /** Of the site file. */
  readonly siteVersion: number;
  readonly versions: IndexVersions;
  /**
   * All that is live, what were deltas included: files of this node, the first hides the later
   * ones.
   */
  readonly segments: readonly string[];
}

const fileName = 'last-view.json';

/** Whole or not at all; of several processes that write it any one's is right. */
export function writeLastView(folder: string, view: LastView): void {
  const part = join(folder, `${fileName}.${process.pid}.part`);
  writeFileSync(part, JSON.stringify(view));
  placeFile(part, join(folder, fileName));
}

/** Undefined: there is none, or none that this release can read. */
export function readLastView(folder: string, library: string): LastView | undefined {
  try {
    const view = JSON.parse(readFileSync(join(folder, fileName), 'utf8')) as LastView;
    return view.library === library && knownPair(view.versions) !== undefined ? view : undefined;
  } catch {
    return undefined;
  }
}

export function forgetLastView(folder: string): void {
  rmSync(join(folder, fileName), { force: true });
}
