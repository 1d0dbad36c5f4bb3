import type { Field, MarcRecord } from './record.ts';

/**
 * Fields of upload files that are no metadata, as Invenio has them: FFT says what to do with files
 * of the record, BDR how documents belong together, BDM what else is noted of them.
 */
export const instructionTags: readonly string[] = ['FFT', 'BDR', 'BDM'];

export function instructionsOf({ fields }: MarcRecord): readonly Field[] {
  return fields.filter(({ tag, value }) => value === undefined && instructionTags.includes(tag));
}

export function hasInstructions({ fields }: MarcRecord): boolean {
  return fields.some(({ tag }) => instructionTags.includes(tag));
}
