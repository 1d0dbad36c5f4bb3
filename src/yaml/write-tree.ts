import { createRequire } from 'node:module';
import type { Node } from './tree.ts';

const widest = 110;

/** A tree as YAML that is read as the same; without comments. */
export function treeText(root: Node | null): string {
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  const document = new yaml.Document(written(root));
  yaml.visit(document, {
    Collection: (_, node) => {
      const plain: unknown = node.toJSON();
      // What fits into a line stands in one, and so does a list of words, over as many lines as it
      // takes.
      node.flow =
        (Array.isArray(plain) && isFlat(plain, 1)) || (JSON.stringify(plain).length <= widest && isFlat(plain, 2));
    },
  });
  if (yaml.isCollection(document.contents)) document.contents.flow = false;
  return document.toString({ lineWidth: 130, flowCollectionPadding: false });
}

function isFlat(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isFlat(inner, depth - 1));
}

/** Values stand as they are written: 008 is not the number 8. */
function written(node: Node | null): unknown {
  switch (node?.kind) {
    case 'scalar':
      return typeof node.value === 'number' && String(node.value) !== node.source ? node.source : node.value;
    case 'list':
      return node.items.map(written);
    case 'map':
      return new Map(node.items.map(({ key, value }) => [written(key), written(value)]));
    default:
      return null;
  }
}
