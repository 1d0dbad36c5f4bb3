import { dataFields, subfield } from '../description/fields.ts';
import { nameParts } from '../description/names.ts';
import { bareDoi } from '../identifiers/doi.ts';
import { withWholeLinks } from '../marc/own-links.ts';
import type { MarcRecord } from '../marc/record.ts';
import type { ExportFormat } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { jsonLine } from './json-record.ts';

/**
 * The record under the keys that scripts know from Invenio's "recjson": each is a MARC field, and
 * its parts are subfields. A key with one letter behind it is that subfield's value itself.
 */
const keys = `
abstract 520__ summary:a expansion:b number:9
abstract_french 590__ summary:a expansion:b
accelerator_experiment 693__ accelerator:a experiment:e facility:f
action_note 583__ action:a time:c email:i note:z
address 270__ address:a city:b country:d pc:e telephone:k fax:l email:m contact:p suffix:s telex:9
affiliation 901__ u
aleph_linking_page 962__ type:a sysno:b library:l down_link:n up_link:m volume_link:y part_link:p issue_link:i pages:k base:t
author_archive 720__ a
base 960__ a
cataloguer_info 961__ cataloguer:a level:b modification_date:c library:l hour:h creation_date:x
classification_terms 694__ term:a institute:9
code_designation 030__ coden:a source:9
collection 980__ primary:a secondary:b deleted:c
comment 500__ a
content_type 336__ a
copyright 598__ a
corporate_name 110__,710__ name:a subordinate_unit:b collaboration:g
current_publication_frequency 310__ a
dewey_decimal_classification_number 082__ a
dissertation_note 502__ diploma:a university:b defense_date:c
edition_statement 250__ a
email 8560_ f
email_message 859__ contact:a address:f date:x
funding_info 536__ agency:a grant_number:c project_number:f access_info:r
imprint 260__ place:a publisher_name:b date:c reprinted_editions:g
internal_notes 595__ internal_note:a control_field:d INSPEC_number:i subject:s
isbn 020__ isbn:a medium:u
issn 022__ a
item 964__ a
keywords 6531_ term:a institute:9
language 041__ a
language_note 546__ language_note:a target_language:g
library_of_congress_call_number 050__ classification_number:a item_number:b
license 540__ license:a imposing:b url:u material:3
location 852__ a
meeting_name 111__,711__ meeting:a location:c date:d year:f coference_code:g number_of_parts:n country:w closing_date:z opening_date:9
oai 0248_ value:a indicator:p
observation 691__ a
other_report_number 084__ clasification_number:a collection_short:b source_number:2
owner 963__ a
physical_description 300__ pagination:a details:b
prepublication 269__ place:a publisher_name:b date:c
primary_report_number 037__ a
publication_info 773__ DOI:a pagination:c date:d recid:e note:f title:p url:u volume:v year:y talk:t CNUM:w reference:x
publishing_country 044__ a
reference 999C5 doi:a authors:h misc:m issue_number:n order_number:o page:p report_number:r title:s url:u volume:v year:y
report_number 088__ report_number:a internal:9
restriction_access 506__ terms:a local_info:9
series 490__ statement:a volume:v
source_of_acquisition 541__ source_of_acquisition:a date:d accession_number:e owner:f price_paid:h price_user:9
status_week 916__ acquistion_proceedings:a display_period:d copies_bought:e status:s status_week:w year:y
subject 65017 term:a source:2 relator:e
subject_additional 65027 term:a source:2 relator:e percentage:p
subject_indicator 690C_ a
system_control_number 035__ value:a canceled:z linkpage:6 institute:9
system_number 970__ value:a recid:d
thesaurus_terms 695__ term:a institute:9
title 245__ title:a subtitle:b volume:n form:k
title_additional 246__ title:a subtitle:b misc:g text:i part_number:n part_name:p
title_other 246_3 title:a text:i sigle:9
title_parallel 246_1 title:a text:i
title_translation 242__ title:a subtitle:b language:y
type 594__ a
udc 080__ a
url 8564_ path:d eformat:q file_size:s url:u nonpublic_note:x link:y public_note:z
`;

type Value = string | Readonly<Record<string, string>>;
type Reader = (item: ExportItem) => unknown;

interface Part {
  readonly name: string;
  readonly code: string;
}

function readerOf(places: readonly string[], parts: readonly Part[]): Reader {
  return ({ record }) => {
    const found = places.flatMap((place) =>
      dataFields(record, place.slice(0, 3), place.slice(3)).map((field): Value | undefined => {
        const [only] = parts;
        if (parts.length === 1 && only?.name === '') return subfield(field, only.code);
        const values = parts.map(({ name, code }) => [name, subfield(field, code)] as const);
        const known = values.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
        return known.length === 0 ? undefined : Object.fromEntries(known);
      }),
    );
    const list = found.filter((value) => value !== undefined);
    // Invenio gave a field that occurs once by itself.
    return list.length === 0 ? undefined : list.length === 1 ? list[0] : list;
  };
}

const fieldReaders: readonly (readonly [key: string, Reader])[] = keys
  .trim()
  .split('\n')
  .map((line) => {
    const [key = '', places = '', ...parts] = line.split(' ');
    const read = parts.map((part): Part => {
      const [name = '', code] = part.split(':');
      return code === undefined ? { name: '', code: name } : { name, code };
    });
    return [key, readerOf(places.split(','), read)] as const;
  });

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['recid', ({ id }) => id],
  ['creation_date', ({ created }) => created.toISOString().slice(0, 19)],
  ['modification_date', ({ modified }) => modified.toISOString().slice(0, 19)],
  ['agency_code', ({ record }) => record.fields.find(({ tag }) => tag === '003')?.value],
  ['authors', ({ record }) => some(authorsOf(record))],
  ['number_of_authors', ({ record }) => authorsOf(record).length],
  ['doi', ({ record }) => doi(record)],
  ...fieldReaders,
]);

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function authorsOf(record: MarcRecord): readonly Readonly<Record<string, string | readonly string[]>>[] {
  return [...dataFields(record, '100'), ...dataFields(record, '700')].flatMap((field) => {
    const name = subfield(field, 'a');
    if (name === undefined) return [];
    const { family, given } = nameParts(name);
    const affiliations = field.subfields.filter(({ code }) => code === 'u').map(({ value }) => value);
    const role = subfield(field, 'e');
    return [
      {
        full_name: name,
        ...(given === '' ? {} : { first_name: given }),
        last_name: family,
        ...(affiliations.length === 0
          ? {}
          : { affiliation: affiliations.length === 1 ? affiliations[0]! : affiliations }),
        ...(role === undefined ? {} : { relator_name: role }),
      },
    ];
  });
}

function doi(record: MarcRecord): string | undefined {
  return dataFields(record, '024', '7_')
    .filter((field) => subfield(field, '2')?.toUpperCase() === 'DOI')
    .map((field) => bareDoi(subfield(field, 'a') ?? ''))
    .find((value) => value !== undefined);
}

/**
 * With `ot` only those keys, in the order asked for; hidden fields are gone from the record
 * already, and so are their keys.
 */
export const recjsonFormat: ExportFormat = {
  code: 'recjson',
  aliases: [],
  name: 'recjson (Invenio)',
  doc: 'JSON with the keys that Invenio had',
  group: 'data',
  contentType: 'application/json; charset=utf-8',
  mediaTypes: [],
  extension: 'json',
  marcPaths: false,
  head: () => '[',
  item: (given, { only, baseUrl }) => {
    const item = { ...given, record: withWholeLinks(given.record, baseUrl) };
    const wanted = only.length === 0 ? [...readers.keys()] : only;
    return jsonLine(Object.fromEntries(wanted.map((key) => [key, readers.get(key)?.(item)] as const)) as never);
  },
  between: ',',
  foot: () => ']\n',
};
