import { controlField, dataField, type Field } from '../marc/record.ts';
import type { ExportContext } from './export-format.ts';
import { requireExportFormat } from './formats.ts';
import type { ExportItem } from './item.ts';

/** For tests: "245__" and "$aTitle$bRest" make a field. */
export function field(path: string, text: string): Field {
  const indicator = (at: number): string => (path[at] ?? '_').replace('_', ' ');
  const subfields = text
    .split('$')
    .slice(1)
    .map((part) => ({ code: part.charAt(0), value: part.slice(1) }));
  return dataField(path.slice(0, 3), indicator(3), indicator(4), subfields);
}

export function item(id: number, fields: readonly Field[], leader = ''): ExportItem {
  const numbered = [controlField('001', String(id)), controlField('005', '20260102030405.0'), ...fields];
  return {
    id,
    created: new Date('2026-01-01T00:00:00Z'),
    modified: new Date('2026-01-02T03:04:05Z'),
    record: { leader, fields: numbered },
  };
}

/** For tests: records in a format as exports write them; see web/reading/export-records.ts. */
export function writerFor(
  context: ExportContext,
): (code: string, items: readonly ExportItem[], changes?: Partial<ExportContext>) => string {
  return (code, items, changes = {}) => {
    const format = requireExportFormat(code);
    const asked = { ...context, ...changes };
    return format.head(asked) + items.map((one) => format.item(one, asked)).join(format.between) + format.foot(asked);
  };
}
