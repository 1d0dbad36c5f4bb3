import { Readable } from 'node:stream';
import type { Content, ContentStore } from '../files/content.ts';
import { fileName, splitFileName } from '../files/names.ts';
import { receive } from '../files/receive.ts';
import { enqueueJob } from '../jobs/queue/enqueue.ts';
import { controlField, dataField, type MarcRecord } from '../marc/record.ts';
import { toMarcXml } from '../marc/writers/marcxml.ts';
import type { Scope } from '../people/scopes.ts';
import { beginUpload, setUploadJob, type UploadWay } from '../records/uploads.ts';
import type { Database, Transaction } from '../store/database.ts';
import { recordsFile, uploadKind } from './upload-kind.ts';

/** What becomes of documents that are sent as files: new formats join, or new versions are made. */
export const documentModes = { append: 'append', revise: 'correct' } as const;
export type DocumentUploadMode = keyof typeof documentModes;

/** A document of a record, in the file store. */
export interface SentDocument {
  readonly record: number;
  /** As a file of the record is called: thesis.pdf. */
  readonly name: string;
  readonly content: Content;
}

/**
 * "12-thesis.pdf" is thesis.pdf of record 12, "12.pdf" is 12.pdf of record 12. Undefined: the name
 * begins with no number.
 */
export function documentInName(name: string): { readonly record: number; readonly name: string } | undefined {
  const { document, format } = splitFileName(name.normalize('NFC'));
  const found = /^0*([1-9]\d{0,8})(?:[-_ ]+(.+))?$/s.exec(document);
  if (found === null) return undefined;
  return { record: Number(found[1]), name: fileName({ document: found[2] ?? found[1]!, format }) };
}

/**
 * Documents that are sent without records become an upload of records that bring nothing else: so
 * rights, history, refusals and being taken up again are those of every upload. The bytes are files
 * of its job.
 */
export async function beginDocumentUpload(
  database: Database,
  store: ContentStore,
  documents: readonly SentDocument[],
  by: {
    readonly person: string | undefined;
    readonly scopes?: readonly Scope[] | undefined;
    readonly way: UploadWay;
    readonly name: string;
    readonly mode: DocumentUploadMode;
  },
  once: (work: (transaction: Transaction) => Promise<{ upload: number }>) => Promise<{ upload: number }> = (work) =>
    database.transaction(work),
): Promise<number> {
  const fileOf = (place: number): string => `document-${place + 1}`;
  const records = Map.groupBy(
    documents.map((document, place) => ({ ...document, place })),
    ({ record }) => record,
  );
  const xml = [...records].map(([record, all]) => toMarcXml(recordFor(record, all, fileOf)));
  const bytes = Buffer.from(`<collection xmlns="http://www.loc.gov/MARC21/slim">\n${xml.join('')}</collection>\n`);
  const content = await receive(store, Readable.from([bytes]), Number.POSITIVE_INFINITY);
  const { person, scopes, way, name } = by;
  const mode = documentModes[by.mode];
  const { upload } = await once(async (transaction) => {
    const number = await beginUpload(transaction, { person, way, name, mode });
    const job = await enqueueJob(transaction, {
      ...{ kind: uploadKind, name, person },
      arguments: {
        upload: number,
        mode,
        force: false,
        dryRun: false,
        hasFiles: true,
        ...(scopes !== undefined && { scopes }),
      },
      files: [
        { name: recordsFile, ...content },
        ...documents.map(({ content: { digest, bytes: size } }, place) => ({
          name: fileOf(place),
          digest,
          bytes: size,
        })),
      ],
    });
    await setUploadJob(transaction, number, job);
    return { upload: number };
  });
  return upload;
}

function recordFor(
  record: number,
  documents: readonly (SentDocument & { readonly place: number })[],
  fileOf: (place: number) => string,
): MarcRecord {
  const fields = documents.map(({ name, place }) => {
    const { document, format } = splitFileName(name);
    return dataField('FFT', ' ', ' ', [
      { code: 'a', value: `upload:${fileOf(place)}` },
      { code: 'n', value: document },
      ...(format === '' ? [] : [{ code: 'f', value: `.${format}` }]),
      // As they are: nothing is said of them.
      { code: 'd', value: 'KEEP-OLD-VALUE' },
      { code: 'z', value: 'KEEP-OLD-VALUE' },
    ]);
  });
  return { leader: '', fields: [controlField('001', String(record)), ...fields] };
}
