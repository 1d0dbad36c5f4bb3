/**
 * What a question means before any index is asked: plain frozen nodes. Fields are as the asker
 * named them ('' is any field), in lower case but for MARC paths; texts are as typed, `*` stands
 * for any characters.
 */
export type Query = Everything | Leaf | Chain | SecondOrder;

/** What is looked up: everything of the tree but its joints. */
export type Leaf = Word | Exact | Partial | Pattern | Span;

/** The empty question. */
export interface Everything {
  readonly kind: 'everything';
}

export interface Word {
  readonly kind: 'word';
  readonly field: string;
  readonly text: string;
}

/** "double quotes": adjacent words where the field keeps their order, else a whole value. */
export interface Exact {
  readonly kind: 'exact';
  readonly field: string;
  readonly text: string;
}

/**
 * 'single quotes': a part of a value (for fields that keep the order of words: the same as
 * `exact`).
 */
export interface Partial {
  readonly kind: 'partial';
  readonly field: string;
  readonly text: string;
}

/** /slashes/ */
export interface Pattern {
  readonly kind: 'pattern';
  readonly field: string;
  readonly text: string;
}

/** from->to, both ends included; an undefined end is open. */
export interface Span {
  readonly kind: 'span';
  readonly field: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** "a"->"b": over whole values instead of words. */
  readonly quoted: boolean;
}

/**
 * Strictly from left to right: the first step starts from everything, each next one joins what is
 * before it.
 */
export interface Chain {
  readonly kind: 'chain';
  readonly steps: readonly Step[];
}

export interface Step {
  readonly join: Join;
  readonly query: Query;
}

export type Join = 'and' | 'or' | 'not';

/** refersto: and its like, which look at the records that another question finds. */
export interface SecondOrder {
  readonly kind: 'second-order';
  readonly operator: SecondOrderOperator;
  readonly inner: Query;
}

export const secondOrderOperators = [
  'refersto',
  'citedby',
  'referstoexcludingselfcites',
  'citedbyexcludingselfcites',
] as const;

export type SecondOrderOperator = (typeof secondOrderOperators)[number];

export function isSecondOrder(name: string): name is SecondOrderOperator {
  return (secondOrderOperators as readonly string[]).includes(name);
}

/** Fields that every library has, beside those of its site. */
export const builtInFields: ReadonlySet<string> = new Set([
  'recid',
  'datecreated',
  'datemodified',
  'cited',
  'citedexcludingselfcites',
  'cocitedwith',
  'cataloguer',
  'finding',
  'rawref',
]);

export const everything: Everything = Object.freeze({ kind: 'everything' });

export function leaf<T extends Leaf>(node: T): T {
  return Object.freeze(node);
}

export function secondOrder(operator: SecondOrderOperator, inner: Query): SecondOrder {
  return Object.freeze({ kind: 'second-order', operator, inner });
}

/**
 * A chain of these steps in its simplest form: one positive step is that step's query, none is
 * everything.
 */
export function chain(steps: readonly Step[]): Query {
  const [first] = steps;
  if (first === undefined) return everything;
  // A leading "or" has nothing on its left: it is the start of the chain.
  const mended = [first.join === 'or' ? step('and', first.query) : first, ...steps.slice(1)].map(withoutDetour);
  const [only] = mended;
  if (mended.length === 1 && only?.join === 'and') return only.query;
  return Object.freeze({ kind: 'chain', steps: Object.freeze(mended) });
}

/** "a and (not x)" is "a not x", "a not (not x)" is "a and x". */
function withoutDetour(one: Step): Step {
  const inner = one.join === 'or' ? undefined : negated(one.query);
  return inner === undefined ? one : step(one.join === 'and' ? 'not' : 'and', inner);
}

/** All records but those that a question finds. */
export function negation(query: Query): Query {
  return chain([step('not', query)]);
}

/** What a negation negates. */
export function negated(query: Query): Query | undefined {
  const [only, ...others] = query.kind === 'chain' ? query.steps : [];
  return only?.join === 'not' && others.length === 0 ? only.query : undefined;
}

export function step(join: Join, query: Query): Step {
  return Object.freeze({ join, query });
}

/** All leaves with their joins, from left to right, not those inside second-order operators. */
export function leavesOf(query: Query): readonly Leaf[] {
  if (query.kind === 'chain') return query.steps.flatMap((each) => leavesOf(each.query));
  return query.kind === 'everything' || query.kind === 'second-order' ? [] : [query];
}

/** All leaves, those inside second-order operators too. */
export function allLeavesOf(query: Query): readonly Leaf[] {
  if (query.kind === 'chain') return query.steps.flatMap((each) => allLeavesOf(each.query));
  if (query.kind === 'second-order') return allLeavesOf(query.inner);
  return query.kind === 'everything' ? [] : [query];
}
