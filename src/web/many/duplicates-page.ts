import type { NotSame } from '../../cataloguing/duplicates/clusters.ts';
import type { MatchFacts, Similarity } from '../../description/similarity.ts';
import { type Html, type HtmlValue, html } from '../../html/html.ts';
import { withParameter } from '../http/url.ts';
import { dateTime } from '../ui/date-time.ts';
import { done, form } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { paging } from '../ui/paging.ts';
import { type Column, table } from '../ui/table.ts';

export interface ShownCluster {
  readonly columns: readonly { readonly id: number; readonly facts: MatchFacts }[];
  readonly pairs: readonly {
    readonly a: number;
    readonly b: number;
    readonly score: number;
    readonly why: Similarity;
  }[];
  /** Records that are not shown. */
  readonly left: number;
}

export interface DuplicatesModel {
  readonly clusters: readonly ShownCluster[];
  readonly total: number;
  readonly page: number;
  readonly last: number;
  readonly notSame: readonly NotSame[];
  /** May they merge, and may they have it looked for again? */
  readonly merges: boolean;
  readonly finds: boolean;
  /** When all records were looked at last. */
  readonly ended: Date | undefined;
  readonly done: { readonly word: 'same' | 'not_same'; readonly a: number; readonly b: number } | undefined;
}

const mostAuthors = 5;
const longest = 300;

export function duplicatesPage(context: PageContext, model: DuplicatesModel): string {
  const { tr } = context;
  const title = tr.t('duplicates.title');
  const { clusters, total, page, last, ended } = model;
  const href = (number: number): string =>
    withParameter('/duplicates', 'page', number === 1 ? undefined : String(number));
  const said =
    model.done && tr.t(`duplicates.done.${model.done.word}`, { a: String(model.done.a), b: String(model.done.b) });
  return layout(context, {
    ...{ title, unlisted: true },
    main: html`<div class="account wide"><h1>${title}</h1>${done(said)}<p>${tr.t('duplicates.says')}</p>
<p class="muted">${ended === undefined ? tr.t('duplicates.never') : tr.rich('duplicates.ended', { at: dateTime(context, ended) })}</p>
${model.finds && form(context, '/duplicates', html`<button name="wish" value="find">${tr.t('duplicates.find')}</button>`, 'inline')}
<p>${total === 0 ? tr.t('duplicates.none') : tr.t('duplicates.total', { count: total })}</p>
${clusters.map((cluster) => clusterPart(context, cluster, model))}
${paging(context, { current: page, last, href })}
${model.notSame.length > 0 && notSamePart(context, model.notSame)}</div>`,
  });
}

function clusterPart(context: PageContext, { columns, pairs, left }: ShownCluster, { merges }: DuplicatesModel): Html {
  const { tr } = context;
  const name = tr.t('duplicates.group', { records: columns.map(({ id }) => id).join(', ') });
  const list = (values: readonly string[], most: number): HtmlValue =>
    html`${values.slice(0, most).map((value) => html`<div><bdi>${short(value)}</bdi></div>`)}${values.length > most && html`<div class="muted">${tr.t('duplicates.more', { count: values.length - most })}</div>`}`;
  const rows: readonly { readonly name: string; readonly of: (facts: MatchFacts) => HtmlValue }[] = [
    { name: tr.t('duplicates.title_row'), of: ({ title }) => html`<bdi>${short(title)}</bdi>` },
    { name: tr.t('duplicates.authors'), of: ({ authors }) => list(authors, mostAuthors) },
    { name: tr.t('duplicates.year'), of: ({ year }) => year ?? '' },
    { name: tr.t('duplicates.identifiers'), of: ({ identifiers }) => list(identifiers, mostAuthors) },
    { name: tr.t('duplicates.abstract'), of: ({ abstract }) => html`<bdi>${short(abstract)}</bdi>` },
  ];
  const tableColumns: readonly Column<(typeof rows)[number]>[] = [
    { head: tr.t('duplicates.what'), cell: (row) => row.name },
    ...columns.map(({ id, facts }) => ({
      head: tr.t('record.number', { id: String(id) }),
      cell: (row: (typeof rows)[number]) => row.of(facts),
    })),
  ];
  return html`<section class="cluster"><h2>${name}</h2>
<p class="actions">${columns.map(({ id }) => html`<a href="/record/${String(id)}">${tr.t('record.number', { id: String(id) })}</a> `)}</p>
${table(name, tableColumns, rows, { stacks: true })}
${left > 0 && html`<p class="muted">${tr.t('duplicates.left', { count: left })}</p>`}
<ul class="plain">${pairs.map((pair) => pairPart(context, pair, merges))}</ul></section>
`;
}

function pairPart(context: PageContext, { a, b, score, why }: ShownCluster['pairs'][number], merges: boolean): Html {
  const { tr } = context;
  const [one, other] = [String(a), String(b)];
  const named = tr.t('duplicates.pair', { a: one, b: other });
  const fields = html`<input type="hidden" name="a" value="${one}"><input type="hidden" name="b" value="${other}">`;
  return html`<li><b>${named}</b>: ${tr.t('duplicates.score', { score: percent(score) })} <span class="muted">(${whyText(context, why)})</span>
<span class="actions">${merges && html`<a href="/merge/${one}/${other}">${tr.t('duplicates.merge')}<span class="hidden">: ${named}</span></a> `}${form(context, '/duplicates', html`${fields}<button class="quiet" name="wish" value="not-same">${tr.t('duplicates.not_same')}<span class="hidden">: ${named}</span></button>`, 'inline')}</span></li>
`;
}

function whyText({ tr }: PageContext, { title, authors, date, text, identifiers }: Similarity): string {
  const share = (name: string, value: number | undefined): readonly string[] =>
    value === undefined ? [] : [tr.t(`duplicates.why.${name}`, { share: percent(value) })];
  const yesNo = (name: string, value: number | undefined): readonly string[] =>
    value === undefined ? [] : [tr.t(`duplicates.why.${value === 1 ? 'same' : 'other'}_${name}`)];
  return [
    ...yesNo('identifier', identifiers),
    ...share('title', title),
    ...share('authors', authors),
    ...yesNo('year', date),
    ...share('abstract', text),
  ].join(', ');
}

function notSamePart(context: PageContext, pairs: readonly NotSame[]): Html {
  const { tr } = context;
  const link = (id: number): Html => html`<a href="/record/${String(id)}">${String(id)}</a>`;
  const columns: readonly Column<NotSame>[] = [
    { head: tr.t('duplicates.records'), cell: ({ a, b }) => html`${link(a)}, ${link(b)}` },
    { head: tr.t('admin.actor'), cell: ({ person }) => person ?? '' },
    { head: tr.t('admin.at'), cell: ({ at }) => dateTime(context, at) },
    {
      head: tr.t('duplicates.take_back'),
      cell: ({ a, b }) =>
        form(
          context,
          '/duplicates',
          html`<input type="hidden" name="a" value="${String(a)}"><input type="hidden" name="b" value="${String(b)}"><button class="quiet" name="wish" value="same">${tr.t('duplicates.take_back')}<span class="hidden">: ${tr.t('duplicates.pair', { a: String(a), b: String(b) })}</span></button>`,
          'inline',
        ),
    },
  ];
  const title = tr.t('duplicates.said');
  return html`<h2>${title}</h2>${table(title, columns, pairs, { stacks: true })}`;
}

function percent(share: number): string {
  return String(Math.round(100 * share));
}

function short(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
