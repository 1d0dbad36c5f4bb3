import { compilePath } from '../../../marc/path.ts';
import type { MarcRecord } from '../../../marc/record.ts';
import { withoutPaths } from '../../../marc/select-fields.ts';
import type { IndexVersions } from '../../../site/index-versions.ts';
import type { Site } from '../../../site/site.ts';
import type { Brief } from '../../brief.ts';
import type { RecordColumns } from '../../document.ts';
import type { TermSink } from '../../term-sink.ts';
import { briefOf } from './brief.ts';
import { compileColumns } from './columns.ts';
import { compileQuerySide, type QuerySide } from './query.ts';
import { compileRawReference } from './raw-reference.ts';
import { compileTerms } from './terms.ts';

/**
 * The analyses 2 and 3 as they were when 4 came, tokenizers and all: an index that an earlier
 * release made, and that its nodes still read, goes on being written and asked by this. Nothing
 * here is changed; when no supported release has them as its newest the folder goes, and
 * site/default-before.yaml with it.
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
 *
 * @public (required by analyzer.ts beside this folder only where an index is still made so)
 */
export function compileAnalyzer(site: Site): Analyzer {
  const hidden = site.hiddenPaths.map(compilePath);
  const columns = compileColumns(site);
  return {
    versions: site.indexed,
    ...compileQuerySide(site),
    terms: compileTerms(site),
    columns: (record, created, modified) => columns(withoutPaths(record, hidden), created, modified),
    referenceKeys: compileRawReference(site),
    brief: (record) => briefOf(withoutPaths(record, hidden)),
  };
}
