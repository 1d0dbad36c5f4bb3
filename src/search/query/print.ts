import type { Leaf, Query } from './tree.ts';

/** How a question was understood, in its own language: parsing it again gives the same tree. */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case 'everything':
      return '';
    case 'chain':
      return query.steps
        .map(({ join, query: inner }, index) => {
          const text = inner.kind === 'chain' ? `(${printQuery(inner)})` : printQuery(inner);
          if (join === 'not') return index === 0 ? `-${text}` : `not ${text}`;
          return index === 0 ? text : `${join} ${text}`;
        })
        .join(' ');
    case 'second-order': {
      const inner = printQuery(query.inner);
      return `${query.operator}:${query.inner.kind === 'chain' ? `(${inner})` : inner}`;
    }
    default:
      return printLeaf(query);
  }
}

export function printLeaf(leaf: Leaf): string {
  const field = leaf.field === '' ? '' : `${leaf.field}:`;
  switch (leaf.kind) {
    case 'word':
      return field + leaf.text;
    case 'exact':
      return `${field}"${leaf.text}"`;
    case 'partial':
      return `${field}'${leaf.text}'`;
    case 'pattern':
      return `${field}/${leaf.text}/`;
    case 'span': {
      const quote = leaf.quoted ? '"' : '';
      const from = quote + (leaf.from ?? '') + quote;
      return `${field}${from}->${quote}${leaf.to ?? ''}${quote}`;
    }
  }
}
