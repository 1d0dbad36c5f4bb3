import { type Html, html } from '../../html/html.ts';
import type { PageContext } from './page-context.ts';
import { dateLocale } from './translations.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** Day and minute in UTC, which is the same for all who look. */
export function dateTime({ tr }: Pick<PageContext, 'tr'>, at: Date): Html {
  let format = formats.get(tr.language);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(dateLocale(tr.language), {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: 'UTC',
    });
    formats.set(tr.language, format);
  }
  return html`<time datetime="${at.toISOString()}">${format.format(at)}</time>`;
}
