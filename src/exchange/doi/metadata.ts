import { dataCiteFormat } from '../../formats/datacite.ts';
import { recordAddress } from '../../formats/export-format.ts';
import { bareDoi } from '../../identifiers/doi.ts';
import { decodeVersion, type StoredVersion } from '../../index/stored-records.ts';
import { compilePath } from '../../marc/path.ts';
import { dataField, type Field } from '../../marc/record.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import type { Site } from '../../site/site.ts';
import type { DoiAttributes } from './client.ts';

/** What the agency is told of a record that everybody may open: without what is hidden. */
export function attributesOf(doi: string, stored: StoredVersion, site: Site, baseUrl: string): DoiAttributes {
  const version = decodeVersion(stored);
  const { leader, fields } = withoutPaths(version.record, site.hiddenPaths.map(compilePath));
  // It is the identifier of the document, whatever other DOIs the record has.
  const own = dataField('024', '7', ' ', [
    { code: 'a', value: doi },
    { code: '2', value: 'doi' },
  ]);
  const others = fields.filter((field) => !isDoi(field, doi));
  const record = { leader, fields: [own, ...others] };
  const context = { total: 1, baseUrl, library: site.name, page: '', single: true, only: [], paths: [] };
  const xml =
    dataCiteFormat.head(context) + dataCiteFormat.item({ ...version, record }, context) + dataCiteFormat.foot(context);
  return { event: 'publish', url: recordAddress(baseUrl, stored.id), xml };
}

function isDoi({ tag, subfields }: Field, doi: string): boolean {
  return tag === '024' && subfields.some(({ code, value }) => code === 'a' && bareDoi(value)?.toLowerCase() === doi);
}
