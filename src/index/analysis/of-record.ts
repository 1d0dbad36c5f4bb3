import { yearOf } from '../../description/dates.ts';
import { languagesOf } from '../../description/languages.ts';
import { materialOf } from '../../description/material.ts';
import type { MarcRecord } from '../../marc/record.ts';
import type { ReadOfRecord } from '../../tokenizers/tokenizers.ts';

/** What is read of the whole record, in the one way that pages read it too. */
export const readers: Readonly<Record<ReadOfRecord, (record: MarcRecord) => readonly string[]>> = {
  year: (record) => {
    const year = yearOf(record);
    return year === 0 ? [] : [String(year)];
  },
  language: (record) => languagesOf(record),
  material: (record) => {
    const material = materialOf(record);
    return material === undefined ? [] : [material];
  },
};
