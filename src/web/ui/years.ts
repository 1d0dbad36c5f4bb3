import { attribute, type Html, html, nothing } from '../../html/html.ts';
import type { YearSpan } from '../../search/year-span.ts';
import type { PageContext } from './page-context.ts';
import { hiddenFields } from './search-box.ts';

export interface YearCount {
  readonly year: number;
  readonly count: number;
}

export interface YearPicture {
  readonly counts: readonly YearCount[];
  /** The search limited to a span of years. */
  readonly href: (from: number, to: number) => string;
  /** What is counted; records unless it is said. */
  readonly counted?: 'records' | 'citations';
  /** The span that is chosen already. */
  readonly chosen: YearSpan | undefined;
}

/** What lies behind is no year, but a mistake in a date. */
const highestYear = 2200;

/** Counts by year as they are drawn. */
export function yearCounts(perYear: Iterable<readonly [year: number, count: number]>): readonly YearCount[] {
  return [...perYear].filter(([year]) => year > 0 && year < highestYear).map(([year, count]) => ({ year, count }));
}

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const mostBars = 48;
const steps = [1, 2, 5, 10, 20, 50, 100, 200];

/** Years joined into spans of equal length, few enough that a bar can be hit with a finger. */
export function yearBars(counts: readonly YearCount[], most = mostBars): readonly Bar[] {
  const years = counts.filter((one) => one.year > 0 && one.count > 0).sort((a, b) => a.year - b.year);
  const first = years[0];
  const last = years.at(-1);
  if (first === undefined || last === undefined) return [];
  const step = steps.find((size) => Math.floor(last.year / size) - Math.floor(first.year / size) < most) ?? 500;
  const start = Math.floor(first.year / step) * step;
  const bars = Array.from({ length: Math.floor((last.year - start) / step) + 1 }, (_, i) => ({
    from: start + i * step,
    to: start + (i + 1) * step - 1,
    count: 0,
  }));
  for (const { year, count } of years) bars[Math.floor((year - start) / step)]!.count += count;
  return bars;
}

const height = 64;

/**
 * Records per year as bars; each is a link that limits the search to it. One of them is a Tab stop:
 * the arrow keys lead to the others, and without a script the years are typed.
 */
export function yearPicture(context: PageContext, picture: YearPicture): Html {
  const bars = yearBars(picture.counts);
  if (bars.length < 2) return nothing;
  const { tr } = context;
  const { counted = 'records' } = picture;
  const most = Math.max(...bars.map((bar) => bar.count));
  const width = 240 / bars.length;
  const gap = width > 4 ? 1 : 0.4;
  const { chosen } = picture;
  const isChosen = (bar: Bar): boolean =>
    chosen !== undefined && bar.from <= (chosen.to ?? Number.POSITIVE_INFINITY) && bar.to >= (chosen.from ?? 0);
  const filled = bars.filter((bar) => bar.count > 0);
  const stop = filled.find(isChosen) ?? filled.at(-1);
  const drawn = bars.map((bar, i) => {
    if (bar.count === 0) return nothing;
    const tall = Math.max(2, Math.round((bar.count / most) * (height - 2)));
    const name = bar.from === bar.to ? String(bar.from) : `${bar.from}–${bar.to}`;
    const label = tr.t(counted === 'citations' ? 'years.citations_bar' : 'years.bar', {
      years: name,
      count: bar.count,
    });
    const x = (i * width).toFixed(1);
    return html`<a href="${picture.href(bar.from, bar.to)}" rel="nofollow" aria-label="${label}"${attribute('tabindex', bar === stop ? undefined : '-1')}><title>${label}</title><rect class="touch" x="${x}" width="${width.toFixed(1)}" height="${height}"/><rect${isChosen(bar) ? html` class="now"` : nothing} x="${x}" y="${height - tall}" width="${(width - gap).toFixed(1)}" height="${tall}"/></a>`;
  });
  return html`<figure class="years" data-start="${bars[0]!.from}" data-step="${bars[0]!.to - bars[0]!.from + 1}" data-bars="${bars.length}"><svg viewBox="0 0 240 ${height}" role="group" aria-label="${tr.t(counted === 'citations' ? 'years.citations' : 'years.picture')}">${drawn}</svg>
<figcaption class="number"><span>${String(bars[0]!.from)}</span><span>${String(Math.min(bars.at(-1)!.to, lastYear(picture.counts)))}</span></figcaption></figure>`;
}

function lastYear(counts: readonly YearCount[]): number {
  return Math.max(...counts.map((one) => one.year));
}

export interface YearForm {
  readonly action: string;
  readonly hidden: readonly (readonly [name: string, value: string])[];
  readonly names: readonly [from: string, to: string];
  readonly values: readonly [from: string, to: string];
}

export function yearForm(context: PageContext, form: YearForm): Html {
  const { tr } = context;
  const field = (name: string, value: string, label: string): Html =>
    html`<input type="text" inputmode="numeric" pattern="[0-9]{1,4}" maxlength="4" name="${name}" value="${value}" aria-label="${label}">`;
  return html`<form class="range" action="${form.action}" method="get">${hiddenFields(form.hidden)}${field(form.names[0], form.values[0], tr.t('years.from'))}<span aria-hidden="true">–</span>${field(form.names[1], form.values[1], tr.t('years.to'))}<button class="quiet">${tr.t('years.apply')}</button></form>`;
}
