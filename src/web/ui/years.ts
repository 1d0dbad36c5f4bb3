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
  readonly href: (from: number | undefined, to: number | undefined) => string;
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
  /** Undefined: whatever is earlier. */
  readonly from: number | undefined;
  /** Undefined: whatever is later. */
  readonly to: number | undefined;
  readonly count: number;
}

/** The part of all records whose years may lie outside of the usual ones, at either end. */
const unusualPart = 100;
/** Of fewer records each one counts. */
const fewRecords = 20;

/**
 * The years in which nearly all records are: dates of another calendar, and the one old book, would
 * make one bar of all others.
 */
export function usualYears(counts: readonly YearCount[]): readonly [first: number, last: number] | undefined {
  const years = counts.filter((one) => one.year > 0 && one.count > 0).sort((a, b) => a.year - b.year);
  const total = years.reduce((sum, { count }) => sum + count, 0);
  const left = total < fewRecords ? 0 : Math.max(1, Math.floor(total / unusualPart));
  const end = (list: readonly YearCount[]): number | undefined => {
    let passed = 0;
    return list.find(({ count }) => {
      passed += count;
      return passed > left;
    })?.year;
  };
  const [first, last] = [end(years), end(years.toReversed())];
  return first === undefined || last === undefined || first > last ? undefined : [first, last];
}

const mostBars = 48;
const steps = [1, 2, 5, 10, 20, 50, 100, 200];

/** Years joined into spans of equal length, few enough that a bar can be hit with a finger. */
export function yearBars(counts: readonly YearCount[], most = mostBars): readonly Bar[] {
  const years = counts.filter((one) => one.year > 0 && one.count > 0).sort((a, b) => a.year - b.year);
  const whole = years.length === 0 ? undefined : ([years[0]!.year, years.at(-1)!.year] as const);
  const usual = usualYears(years) ?? whole;
  if (whole === undefined || usual === undefined) return [];
  // Ends are cut off only where the others are seen better for it.
  const [first, last] = stepOf(usual, most) < stepOf(whole, most) ? usual : whole;
  const step = stepOf([first, last], most);
  const start = Math.floor(first / step) * step;
  const bars = Array.from({ length: Math.floor((last - start) / step) + 1 }, (_, i) => ({
    from: start + i * step,
    to: start + (i + 1) * step - 1,
    count: 0,
  }));
  const end = start + bars.length * step;
  const [earlier, later] = [
    { from: undefined, to: start - 1, count: 0 },
    { from: end, to: undefined, count: 0 },
  ];
  for (const { year, count } of years) {
    const bar = year < start ? earlier : year >= end ? later : bars[Math.floor((year - start) / step)]!;
    bar.count += count;
  }
  return [...(earlier.count > 0 ? [earlier] : []), ...bars, ...(later.count > 0 ? [later] : [])];
}

function stepOf([first, last]: readonly [number, number], most: number): number {
  return steps.find((size) => Math.floor(last / size) - Math.floor(first / size) < most) ?? 500;
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
    chosen !== undefined &&
    (bar.from ?? 0) <= (chosen.to ?? Number.POSITIVE_INFINITY) &&
    (bar.to ?? Number.POSITIVE_INFINITY) >= (chosen.from ?? 0);
  const filled = bars.filter((bar) => bar.count > 0);
  const stop = filled.find(isChosen) ?? filled.at(-1);
  const drawn = bars.map((bar, i) => {
    if (bar.count === 0) return nothing;
    const tall = Math.max(2, Math.round((bar.count / most) * (height - 2)));
    const label = tr.t(counted === 'citations' ? 'years.citations_bar' : 'years.bar', {
      years: spanName(context, bar),
      count: bar.count,
    });
    const x = (i * width).toFixed(1);
    const isOpen = bar.from === undefined || bar.to === undefined;
    const kind = [isChosen(bar) && 'now', isOpen && 'open'].filter((one) => one !== false).join(' ');
    return html`<a href="${picture.href(bar.from, bar.to)}" rel="nofollow" aria-label="${label}"${attribute('tabindex', bar === stop ? undefined : '-1')}><title>${label}</title><rect class="touch" x="${x}" width="${width.toFixed(1)}" height="${height}"/><rect${attribute('class', kind || undefined)} x="${x}" y="${height - tall}" width="${(width - gap).toFixed(1)}" height="${tall}"/></a>`;
  });
  const closed = bars.filter((bar): bar is ClosedBar => bar.from !== undefined && bar.to !== undefined);
  const [first, last] = [closed[0]!, closed.at(-1)!];
  const [earlier, later] = [bars[0]!.from === undefined, bars.at(-1)!.to === undefined];
  const end = later ? last.to : Math.min(last.to, lastYear(picture.counts));
  return html`<figure class="years" data-start="${first.from}" data-step="${first.to - first.from + 1}" data-bars="${bars.length}" data-earlier="${earlier ? 1 : 0}" data-later="${later ? 1 : 0}"><svg viewBox="0 0 240 ${height}" role="group" aria-label="${tr.t(counted === 'citations' ? 'years.citations' : 'years.picture')}">${drawn}</svg>
<figcaption class="number"><span>${earlier && '… '}${String(first.from)}</span><span>${String(end)}${later && ' …'}</span></figcaption></figure>`;
}

type ClosedBar = Bar & { readonly from: number; readonly to: number };

function spanName({ tr }: PageContext, { from, to }: Bar): string {
  if (from === undefined) return tr.t('years.earlier', { year: String((to ?? 0) + 1) });
  if (to === undefined) return tr.t('years.later', { year: String(from - 1) });
  return from === to ? String(from) : `${from}–${to}`;
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
