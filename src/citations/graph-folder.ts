import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphHead, readGraphHead } from './graph-file.ts';

const extension = '.graph';

export interface GraphFile {
  readonly path: string;
  readonly head: GraphHead;
  readonly bytes: number;
  /** When it was made, in ms since 1970. */
  readonly made: number;
}

/** The file of a graph is named after what it was made of. */
export function graphPath(folder: string, basis: string, segments: readonly string[]): string {
  const name = createHash('sha256')
    .update(JSON.stringify([basis, segments]))
    .digest('hex')
    .slice(0, 40);
  return join(folder, name + extension);
}

/** The graph files of a folder that can be read, newest first. */
export function graphFiles(folder: string): readonly GraphFile[] {
  const files: GraphFile[] = [];
  for (const path of graphPaths(folder)) {
    const found = readGraphHead(path);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && stat !== undefined)
      files.push({ path, head: found.head, bytes: stat.size, made: stat.mtimeMs });
  }
  return files.sort((a, b) => b.made - a.made);
}

/** Removes all graph files but this one. Who has one open goes on reading it. */
export function removeOtherGraphs(folder: string, kept: string): void {
  for (const path of graphPaths(folder)) if (path !== kept) rmSync(path, { force: true });
}

function graphPaths(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(extension))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
