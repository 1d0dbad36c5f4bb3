import { declaredIndexes } from '../../../store/migrations/declared-indexes.ts';
import type { IndexFacts } from './facts.ts';

/** The migrations make it, or will miss it. */
export function isDeclared({ name }: Pick<IndexFacts, 'name'>): boolean {
  return declaredIndexes().has(name);
}
