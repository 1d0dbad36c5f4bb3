import { createRequire } from 'node:module';
import { compilePath } from '../../marc/path.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import { type IndexVersions, isEarlierAnalysis } from '../../site/index-versions.ts';
import type { Site } from '../../site/site.ts';
import type { Brief } from '../brief.ts';
import type { RecordColumns } from '../document.ts';
import type { TermSink } from '../term-sink.ts';
import { briefOf } from './brief.ts';
import { compileColumns } from './columns.ts';
import { compileQuerySide, type QuerySide } from './query.ts';
import { compileRawReference } from './raw-reference.ts';
import { compileTerms } from './terms.ts';

/** Its twenty modules are loaded only where an index is still made so. */
function earlier(): typeof import('./earlier/analyzer.ts') {
  return createRequire(import.meta.url)('./earlier/analyzer.ts');
}

/**
 * Analysis: what the index knows of a record, and the same tokenizers for what a person types.
 *
 * Where things are
 *   "w:CODE"   words of every field with an index (`FieldSearch.words`: fields with the same words share a space).
 *              `anyfield` and other unions have their own; a word made in two ways by two parts of a union (stemmed
 *              for title, unstemmed for exacttitle) stands there in both ways at one position.
 *   "v:CODE"   values of fields whose values are not simply those of their MARC paths: author (name forms),
 *              exact-author, journal, year, counts, files, and fields with `when` or with positions such as 008/07-10.
 *   "m:PATH"   every value of every MARC path, "m:245__a", "m:008"; values of hidden paths stand here only, and in no column or brief. These also are the values of the other fields: ask
 *              `valueSpaces`.
 *
 * Positions count alphanumeric groups: "hep-ph/0204133" takes three, and the whole block stands at
 * the first of them. A CJK character is a group of its own. Between two values there is a gap of
 * 100.
 *
 * Folding: values are trimmed, runs of white space are one blank, letters are lower case without
 * accents (as MySQL's utf8_general_ci compared them in Invenio), values without apostrophes. Words
 * have LaTeX accents removed as well (Schr\"odinger); one with an apostrophe, ü or the like stands
 * there in several spellings at one position.
 */
export interface Analyzer extends QuerySide {
  /** Those of the site: by which analysis, and for which format. */
  readonly versions: IndexVersions;
  terms(record: MarcRecord, sink: TermSink): void;
  /** `created` and `modified` in seconds since 1970. */
  columns(record: MarcRecord, created: number, modified: number): RecordColumns;
  brief(record: MarcRecord): Brief;
  /** The keys that a reference as printed may mean: high, low, high, low ... */
  referenceKeys(text: string): readonly number[];
}

/**
 * Compiles the tokenizers of a site. One analyzer serves one thread; it keeps buffers, and plans
 * for each kind of field it meets.
 */
export function compileAnalyzer(site: Site): Analyzer {
  if (isEarlierAnalysis(site.indexed)) return earlier().compileAnalyzer(site);
  const hidden = site.hiddenPaths.map(compilePath);
  const columns = compileColumns(site);
  const terms = compileTerms(site);
  let last: { readonly record: MarcRecord; readonly shown: MarcRecord } | undefined;
  /** Without what is hidden; the same record is asked for three times. */
  const shownOf = (record: MarcRecord): MarcRecord => {
    if (last?.record !== record) last = { record, shown: withoutPaths(record, hidden) };
    return last.shown;
  };
  return {
    versions: site.indexed,
    ...compileQuerySide(site),
    terms: (record, sink) => terms(record, shownOf(record), sink),
    columns: (record, created, modified) => columns(shownOf(record), created, modified),
    referenceKeys: compileRawReference(site),
    brief: (record) => briefOf(shownOf(record)),
  };
}
