import { ask } from '../../access/ask.ts';
import { UserError } from '../../errors/errors.ts';
import { splitFileName } from '../../files/names.ts';
import { idFormat } from '../../formats/format-names.ts';
import { emptyRequest } from '../../search/request.ts';
import type { Exchange } from '../exchange/exchange.ts';

/**
 * "CERN-EX-0105.pdf" is this document of the one record with the report number CERN-EX-0105, among
 * those that the person may see. Undefined: there is none, or there are several.
 */
export function documentByReport(
  { person, snapshot }: Exchange,
  name: string,
): { readonly record: number; readonly name: string } | undefined {
  const { document } = splitFileName(name.normalize('NFC'));
  if (!snapshot.site.fields.some(({ code }) => code === 'reportnumber') || /["\\]/.test(document)) return undefined;
  const request = { ...emptyRequest, text: `reportnumber:"${document}"`, size: 2, format: idFormat.code };
  try {
    const { ids } = ask(snapshot, person, request);
    return ids.length === 1 ? { record: ids[0]!, name } : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
