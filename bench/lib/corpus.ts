import { createReadStream, createWriteStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportDemo } from '../../src/demo/export.ts';
import { createDemoLibrary } from '../../src/demo/library.ts';
import { readRecords } from '../../src/marc/readers/read.ts';
import type { Field, MarcRecord } from '../../src/marc/record.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../../src/marc/writers/marcxml.ts';
import type { BenchOptions } from './options.ts';

export interface Corpus {
  readonly path: string;
  readonly bytes: number;
  readonly name: string;
}

/** The MARCXML file that a benchmark loads; made once for a data folder. */
export async function prepareCorpus({ data, file, repeat, records }: BenchOptions): Promise<Corpus> {
  mkdirSync(data, { recursive: true });
  const name = file === undefined ? `${records} demo records` : `${file} x ${repeat}`;
  const path = join(data, file === undefined ? `demo-${records}.xml` : `repeated-${repeat}.xml`);
  if (!existsSync(path)) {
    const chunks = file === undefined ? demo(records) : repeated(file, repeat);
    await pipeline(Readable.from(chunks), createWriteStream(path));
  }
  return { path, bytes: statSync(path).size, name };
}

/** The records of a MARC file of any format. Throws when one is refused. */
export async function* recordsOf(path: string): AsyncGenerator<MarcRecord> {
  for await (const batch of readRecords(createReadStream(path, { highWaterMark: 1 << 20 }))) {
    for (const result of batch) {
      if (result.kind !== 'record')
        throw new Error(`${path}: record ${result.position} was refused: ${result.reason.message}`);
      yield result.record;
    }
  }
}

function demo(records: number): Generator<Buffer> {
  return exportDemo({ library: createDemoLibrary(), format: 'marcxml', from: 1, count: records });
}

/**
 * Every copy after the first gets identifiers of its own, since a library refuses what it holds
 * already.
 */
async function* repeated(file: string, repeat: number): AsyncGenerator<string> {
  const records: MarcRecord[] = [];
  for await (const record of recordsOf(file)) records.push(record);
  yield marcXmlHead;
  for (let copy = 0; copy < repeat; copy++) {
    for (const record of records) yield `${toMarcXml(copy === 0 ? record : renamed(record, copy))}\n`;
  }
  yield marcXmlFoot;
}

const identifying = /^(001|024|035|970|909CO)/;

function renamed(record: MarcRecord, copy: number): MarcRecord {
  const fields = record.fields.map((field): Field => {
    if (!identifying.test(`${field.tag}${field.ind1}${field.ind2}`)) return field;
    if (field.value !== undefined) return { ...field, value: `${field.value}-${copy}` };
    const subfields = field.subfields.map(({ code, value }) =>
      code === 'a' || code === 'o' ? { code, value: `${value}-${copy}` } : { code, value },
    );
    return { ...field, subfields };
  });
  return { leader: record.leader, fields };
}
