import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTree, type Tree } from './tree.ts';

/** Of the form in which trees are kept; another one begins anew. */
const form = 1;
/** Shorter texts are read as fast as a file. */
const shortest = 2_000;
const mostKept = 100;

/**
 * The tree of a text; kept beside Node's compiled modules (NODE_COMPILE_CACHE) under the digest of
 * the text, since reading the site file takes a command, and the translations each web process,
 * longer than anything else at its start.
 */
export function treeOf(source: string): Tree {
  const cache = process.env['NODE_COMPILE_CACHE'];
  if (cache === undefined || cache === '' || source.length < shortest) return parseTree(source);
  const folder = join(cache, 'yaml');
  const file = join(folder, `${createHash('sha256').update(`${form} ${source}`).digest('hex')}.json`);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Tree;
  } catch {
    // Not there, or cut: read and kept.
  }
  const tree = parseTree(source);
  if (tree.problems.length === 0) keep(tree, folder, file);
  return tree;
}

/** Who may not write there does without. */
function keep(tree: Tree, folder: string, file: string): void {
  const half = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length >= mostKept) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(half, JSON.stringify(tree));
    renameSync(half, file);
  } catch {
    dropped(half);
  }
}

function dropped(half: string): void {
  try {
    rmSync(half, { force: true });
  } catch {
    // In a folder that cannot be entered, or under a file, there is none.
  }
}
