import { type Leaf, negated, type Query } from './tree.ts';

/** How a question was understood, in its own language: parsing it again gives the same tree. */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case 'everything':
      return '';
    case 'chain':
      return query.steps
        .map(({ join, query: inner }, index) => {
          if (index === 0) return join === 'not' ? `-${operand(inner)}` : operand(inner);
          const excluded = negated(inner);
          return excluded === undefined ? `${join} ${operand(inner)}` : `${join} not ${operand(excluded)}`;
        })
        .join(' ');
    case 'second-order': {
      const excluded = negated(query.inner);
      return `${query.operator}:${excluded === undefined ? operand(query.inner) : `-${operand(excluded)}`}`;
    }
    default:
      return printLeaf(query);
  }
}

function operand(query: Query): string {
  if (query.kind === 'chain') return `(${printQuery(query)})`;
  // A word that would join is written as a quotation.
  return query.kind === 'word' && query.field === '' && /^(?:and|or|not)$/i.test(query.text)
    ? `"${query.text}"`
    : printQuery(query);
}

export function printLeaf(leaf: Leaf): string {
  const field = leaf.field === '' ? '' : `${leaf.field}:`;
  switch (leaf.kind) {
    case 'word':
      // After a field a minus sign would exclude.
      return field !== '' && /^-[^\s+|>)-]/.test(leaf.text) ? `${field}"${leaf.text}"` : field + leaf.text;
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
