import type { Work } from '../../index/work.ts';
import { compiling } from '../evaluate/compile.ts';
import { type Context, notify } from '../evaluate/context.ts';
import { counting } from '../evaluate/evaluate.ts';
import { printLeaf, printQuery } from '../query/print.ts';
import { chain, type Leaf, leaf, type Query, type Step, step } from '../query/tree.ts';
import { withText } from './rewrite.ts';

/**
 * The question with what finds nothing asked for without its signs: "mu-e_conversion" as the words
 * mu, e and conversion, a quotation with any characters where signs are (docs/search-language.md,
 * "ap"). Only conditions that are joined by "and" are changed, and only when that finds something;
 * each change leaves a notice. Undefined when nothing is changed.
 */
export function* alternativeQuestion(query: Query, context: Context): Work<Query | undefined> {
  const silent = { ...context, notices: [] };
  const finds = function* (asked: Query): Work<boolean> {
    yield;
    return (yield* counting(yield* compiling(asked, silent), silent)) > 0;
  };
  let changed = false;
  const repair = function* (part: Query): Work<Query> {
    if (part.kind === 'chain') {
      const steps: Step[] = [];
      for (const each of part.steps) steps.push(each.join === 'and' ? step('and', yield* repair(each.query)) : each);
      return chain(steps);
    }
    if (part.kind === 'everything' || part.kind === 'second-order') return part;
    if (yield* finds(part)) return part;
    const other = withoutSigns(part, context);
    if (other === undefined || !(yield* finds(other))) return part;
    changed = true;
    notify(context, { kind: 'alternative', text: printLeaf(part), detail: printQuery(other) });
    return other;
  };
  const repaired = yield* repair(query);
  return changed ? repaired : undefined;
}

const signs = /[^\p{L}\p{N}\p{M}\s:*]+/gu;

function withoutSigns(of: Leaf, context: Context): Query | undefined {
  if (of.kind === 'pattern' || of.kind === 'span' || of.text.search(signs) === -1) return undefined;
  const { analyzer } = context;
  const field = analyzer.field(of.field === '' || of.field === 'global' ? analyzer.anyField : of.field);
  if (of.kind !== 'word' || field?.words === undefined) {
    const text = of.text.replace(signs, '*');
    return /[^*\s]/.test(text) ? withText(of, text) : undefined;
  }
  const words = of.text
    .replace(signs, ' ')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return undefined;
  return chain(words.map((text) => step('and', leaf({ kind: 'word', field: of.field, text }))));
}
