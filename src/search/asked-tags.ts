import { compilePath } from '../marc/path.ts';
import type { Site } from '../site/site.ts';
import { parseQuery } from './query/parse.ts';
import { leavesOf, type Query } from './query/tree.ts';
import { fieldNamesOf } from './question.ts';
import { analyzerOf } from './search.ts';

/** Of these a record may have thousands: people and bodies, and references. */
const many: readonly string[] = ['700', '710', '711', '720', '999'];

/** What every record has beside its fields. */
const ofRow: ReadonlySet<string> = new Set(['recid', 'datecreated', 'datemodified']);

/**
 * Tags of fields that a record may have thousands of, and whose values none of these questions can
 * be about: to answer them a record need not be read whole.
 */
export function tagsNotAsked(site: Site, questions: readonly string[]): ReadonlySet<string> {
  const fieldNames = fieldNamesOf(analyzerOf(site));
  const paths = new Set<string>();
  const seen = new Set<string>();
  const takeField = (name: string): boolean => {
    if (ofRow.has(name) || seen.has(name)) return true;
    seen.add(name);
    const field = site.fields.find(({ code }) => code === name);
    if (field === undefined) {
      paths.add(name);
      return /^[\w%]{3}/.test(name) && fieldNames(name) === name;
    }
    for (const path of [...field.paths, ...Object.keys(field.index?.when ?? {})]) paths.add(path);
    return (field.index?.union ?? []).every(takeField);
  };
  const take = (query: Query): boolean =>
    query.kind !== 'second-order' &&
    (query.kind === 'chain'
      ? query.steps.every((step) => take(step.query))
      : leavesOf(query).every(({ field }) => field !== '' && takeField(field)));
  if (!questions.every((question) => take(parseQuery(question, { fieldNames }).query))) return new Set();
  try {
    const asked = [...paths].map(compilePath);
    return new Set(many.filter((tag) => !asked.some((path) => path.matchesTag(tag))));
  } catch {
    return new Set();
  }
}
