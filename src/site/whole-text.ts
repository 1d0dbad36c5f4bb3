import { treeOf } from '../yaml/known-trees.ts';
import { mapped } from '../yaml/merge.ts';
import { treeText } from '../yaml/write-tree.ts';
import { extendedBy, wholeRoot } from './extend.ts';
import type { IndexVersions } from './index-versions.ts';

/**
 * A site file with all that it inherits, as one that extends none; the text itself if it is one.
 */
export function wholeText(source: string, versions: IndexVersions): string {
  const { root } = treeOf(source);
  if (extendedBy(root) === undefined) return source;
  return treeText(mapped(wholeRoot(root, versions), (key, value) => (key === 'extends' ? undefined : value)));
}
