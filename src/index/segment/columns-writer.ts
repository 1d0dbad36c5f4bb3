import type { KeyColumnName } from '../document.ts';
import type { KeyColumn } from '../segment.ts';
import { ByteWriter } from './bytes.ts';
import { type SegmentOutput, TextsWriter, writeColumn } from './output.ts';
import { writeOrdinals } from './postings-codec.ts';

/** Columns that every segment has; `deleted` ascends. */
export interface BasicColumns {
  readonly ids: Uint32Array;
  readonly revisions: Uint32Array;
  readonly deleted: Uint32Array;
  readonly created: Uint32Array;
  readonly modified: Uint32Array;
  readonly year: Uint32Array;
}

export function writeBasicColumns(output: SegmentOutput, columns: BasicColumns): void {
  writeColumn(output, 'ids', columns.ids);
  writeColumn(output, 'revisions', columns.revisions);
  output.begin('deleted');
  const deleted = new ByteWriter();
  deleted.varint(columns.deleted.length);
  writeOrdinals(deleted, columns.deleted, columns.deleted.length);
  output.write(deleted.view());
  writeColumn(output, 'created', columns.created);
  writeColumn(output, 'modified', columns.modified);
  writeColumn(output, 'year', columns.year);
}

/** `keys` are distinct and in order; `ranks` are 0 or 1 + the number of a key. */
export function writeSortColumn(
  output: SegmentOutput,
  code: string,
  keys: Iterable<Uint8Array>,
  ranks: () => Uint32Array,
): void {
  writeTexts(output, `sort ${code} keys`, keys);
  writeColumn(output, `sort ${code} ranks`, ranks());
}

/** `texts` are distinct and in code point order. */
export function writeFacetColumn(
  output: SegmentOutput,
  code: string,
  texts: Iterable<Uint8Array>,
  values: () => { readonly starts: Uint32Array; readonly values: Uint32Array },
): void {
  writeTexts(output, `facet ${code} texts`, texts);
  const column = values();
  writeColumn(output, `facet ${code} starts`, column.starts);
  writeColumn(output, `facet ${code} values`, column.values);
}

export function writeKeyColumn(output: SegmentOutput, name: KeyColumnName, column: KeyColumn): void {
  writeColumn(output, `keys ${name} starts`, column.starts);
  writeColumn(output, `keys ${name} high`, column.high);
  writeColumn(output, `keys ${name} low`, column.low);
}

export function writeTexts(output: SegmentOutput, name: string, texts: Iterable<Uint8Array>): void {
  const writer = new TextsWriter(output, name);
  for (const text of texts) writer.add(text);
  writer.finish();
}
