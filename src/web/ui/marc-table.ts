import { type Html, html } from '../../html/html.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import type { PageContext } from './page-context.ts';

/** Longer values are cut here, and say so; every export has them whole. */
const longestValue = 4000;

/** A record as its MARC fields. */
export function marcTable(context: PageContext, record: MarcRecord): Html {
  return html`<table class="marc"><caption class="hidden">MARC</caption>
<tbody>${
    record.leader !== '' &&
    html`<tr><th scope="row">LDR</th><td></td><td>${record.leader}</td></tr>
`
  }${record.fields.map((field) => row(context, field))}</tbody></table>`;
}

function row(context: PageContext, field: Field): Html {
  const indicators = field.value === undefined ? `${field.ind1}${field.ind2}`.replaceAll(' ', '_') : '';
  const body =
    field.value === undefined
      ? field.subfields.map(
          (subfield) => html`<b>$$${subfield.code}</b> <bdi>${shortValue(context, subfield.value)}</bdi> `,
        )
      : html`<bdi>${shortValue(context, field.value)}</bdi>`;
  return html`<tr><th scope="row">${field.tag}</th><td>${indicators}</td><td>${body}</td></tr>
`;
}

/** A value as far as it is shown here. */
export function shortValue(context: PageContext, text: string): string {
  if (text.length <= longestValue) return text;
  return `${text.slice(0, longestValue)}… ${context.tr.t('marc.cut', { count: text.length - longestValue })}`;
}
