import type { ExportContext, ExportFormat } from './formats.ts';
import type { ExportItem } from './item.ts';

/** Writes any number of records, a piece for each batch: memory is that of one batch. */
export async function* writeExport(
  format: ExportFormat,
  context: ExportContext,
  batches: AsyncIterable<readonly ExportItem[]>,
): AsyncGenerator<string> {
  yield format.head(context);
  let first = true;
  for await (const batch of batches) {
    let piece = '';
    for (const item of batch) {
      if (!first) piece += format.between;
      first = false;
      piece += format.item(item, context);
    }
    if (piece !== '') yield piece;
  }
  yield format.foot;
}
