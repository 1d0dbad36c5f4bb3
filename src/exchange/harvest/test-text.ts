import type { MarcRecord } from '../../marc/record.ts';

/** Fields as lines, for comparing. */
export function toTextMarc({ fields }: MarcRecord): readonly string[] {
  return fields.map(({ tag, ind1, ind2, value, subfields }) =>
    value !== undefined
      ? `${tag} ${value}`
      : `${tag}${ind1}${ind2} `.replaceAll(' ', '_').replace(/_$/, ' ') +
        subfields.map((one) => `$${one.code}${one.value}`).join(''),
  );
}
