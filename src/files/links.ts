import sql from 'sql-template-tag';
import { dataField, type Field } from '../marc/record.ts';
import type { Queryable } from '../store/database.ts';
import { fileName } from './names.ts';

interface LinkedFile {
  readonly document: string;
  readonly format: string;
  readonly description: string;
  readonly comment: string;
}

/**
 * Field 8564_ for each file of a record that everybody may see, in its newest version, by name.
 * Documents that are restricted or hidden have none: fields of a record are shown to all who may
 * see the record, and are searched.
 */
export async function documentLinks(database: Queryable, record: number): Promise<readonly Field[]> {
  const files = await database.query<LinkedFile>(sql`
    SELECT DISTINCT ON (name, format) name AS document, format, coalesce(file.description, document.description) AS description, comment
    FROM document JOIN file ON document_id = id
    WHERE record_id = ${record} AND status = '' AND deleted IS NULL AND NOT hidden
    ORDER BY name, format, version DESC`);
  return files
    .toSorted((a, b) => (a.document === b.document ? compare(a.format, b.format) : compare(a.document, b.document)))
    .map((file) => linkTo(record, file));
}

/** As Invenio writes them: $u address, $x icon, $y description, $z comment. */
function linkTo(record: number, { document, format, description, comment }: LinkedFile): Field {
  const [extension = '', part] = format.split(';', 2);
  const name = encodeURIComponent(fileName({ document, format: extension }));
  const address = `/record/${record}/files/${name}${part === undefined ? '' : `?subformat=${encodeURIComponent(part)}`}`;
  return dataField('856', '4', ' ', [
    { code: 'u', value: address },
    ...(part === undefined ? [] : [{ code: 'x', value: part }]),
    ...(description === '' ? [] : [{ code: 'y', value: description }]),
    ...(comment === '' ? [] : [{ code: 'z', value: comment }]),
  ]);
}

/** By characters, whatever the collation of the database is. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
