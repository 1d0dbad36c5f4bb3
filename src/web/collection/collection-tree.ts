import { type Html, html, nothing } from '../../html/html.ts';
import type { Collection } from '../../site/site.ts';
import { collectionAddress } from '../http/url.ts';
import type { PageContext } from '../ui/page-context.ts';

export interface TreeNode {
  readonly collection: Collection;
  /** Records in it that the reader may see; undefined when he may not know. */
  readonly count: number | undefined;
  readonly children: readonly TreeNode[];
}

/** Collections with their counts. `depth` levels are shown. */
export function collectionTree(context: PageContext, nodes: readonly TreeNode[], depth = 3): Html {
  if (nodes.length === 0) return nothing;
  return html`<ul class="tree">${nodes.map((node) => treeItem(context, node, depth))}</ul>`;
}

function treeItem(context: PageContext, node: TreeNode, depth: number): Html {
  const { collection, count, children } = node;
  const { tr } = context;
  const inner =
    depth > 1 && children.length > 0 && html`<ul>${children.map((child) => treeItem(context, child, depth - 1))}</ul>`;
  const name = collectionName(context, collection);
  return html`<li><span class="row"><a href="${collectionAddress(collection.name)}">${name}</a>${
    collection.restricted
      ? html`<span class="number small">${tr.t('collection.restricted')}</span>`
      : count !== undefined && html`<span class="number">${tr.number(count)}</span>`
  }</span>${inner}</li>
`;
}

export function collectionName(context: PageContext, collection: Collection): string {
  return context.tr.nameOf(collection.names, collection.name);
}
