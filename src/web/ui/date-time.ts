import { type Html, html } from '../../html/html.ts';
import type { PageContext } from './page-context.ts';
import { dateLocale } from './translations.ts';

/** How dates are written, as Intl says it. */
const styles = {
  minute: { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' },
  day: { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' },
  month: { year: 'numeric', month: 'long', timeZone: 'UTC' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

/** By language and style: to make one takes longer than all else that a date needs. */
const formats = new Map<string, Intl.DateTimeFormat>();

function written({ tr }: Pick<PageContext, 'tr'>, style: keyof typeof styles, at: Date | number): string {
  const key = `${tr.language} ${style}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(dateLocale(tr.language), styles[style]);
    formats.set(key, format);
  }
  return format.format(at);
}

/** Day and minute in UTC, which is the same for all who look. */
export function dateTime(context: Pick<PageContext, 'tr'>, at: Date): Html {
  return html`<time datetime="${at.toISOString()}">${written(context, 'minute', at)}</time>`;
}

/** "2003-05-01" in the reader's words; a year alone, or a year and month, as far as it is known. */
export function dateText(context: Pick<PageContext, 'tr'>, date: string): Html {
  const [year, month, day] = date.split('-').map(Number);
  if (month === undefined) return html`<time datetime="${date}">${date}</time>`;
  const text = written(context, day === undefined ? 'month' : 'day', Date.UTC(year!, month - 1, day ?? 1));
  return html`<time datetime="${date}">${text}</time>`;
}
