import type { Harvester } from '../../exchange/oai/harvesters.ts';
import { html } from '../../html/html.ts';
import { dateTime } from '../ui/date-time.ts';
import { alert, done, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { pairText } from '../ui/pair-text.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage } from './frame.ts';

export interface OaiSetView {
  /** Empty: all records. */
  readonly spec: string;
  readonly name: string;
  readonly records: number;
  readonly deleted: number;
  readonly touching: boolean;
}

export interface OaiModel {
  /** Undefined: nothing is offered. */
  readonly sets: readonly OaiSetView[] | undefined;
  readonly until: Date;
  readonly harvesters: readonly Harvester[];
  readonly done: string | undefined;
  readonly problem: string | undefined;
}

/** What harvesters are offered, and who harvests. */
export function oaiPage(context: PageContext, { sets, until, harvesters, done: said, problem }: OaiModel): string {
  const { tr } = context;
  const title = tr.t('admin.tab.oai');
  if (sets === undefined)
    return adminPage(
      context,
      'oai',
      title,
      html`<p>${tr.rich('admin.oai.none', { section: html`<code>oai</code>` })}</p>`,
    );
  const address = `${context.baseUrl}/oai2d`;
  const touch = ({ spec, name, touching }: OaiSetView) =>
    touching
      ? tr.t('admin.oai.touching')
      : form(
          context,
          '/admin/oai',
          html`<button class="quiet" name="set" value="${spec === '' ? '*' : spec}" aria-label="${pairText(context, tr.t('admin.oai.touch'), spec === '' ? tr.t('admin.oai.all') : name)}">${tr.t('admin.oai.touch')}</button>`,
          'inline',
        );
  const setColumns: readonly Column<OaiSetView>[] = [
    {
      head: tr.t('admin.oai.set'),
      cell: ({ spec }) => (spec === '' ? tr.t('admin.oai.all') : html`<code>${spec}</code>`),
    },
    { head: tr.t('admin.oai.name'), cell: ({ name }) => html`<bdi>${name}</bdi>` },
    { head: tr.t('admin.oai.records'), number: true, cell: ({ records }) => tr.number(records) },
    { head: tr.t('admin.oai.deleted'), number: true, cell: ({ deleted }) => tr.number(deleted) },
    { head: tr.t('admin.oai.touch'), cell: touch },
  ];
  const harvesterColumns: readonly Column<Harvester>[] = [
    { head: tr.t('admin.oai.network'), cell: ({ network }) => network },
    { head: tr.t('admin.oai.agent'), cell: ({ agent }) => html`<bdi>${agent}</bdi>` },
    { head: tr.t('admin.oai.last'), cell: ({ last }) => dateTime(context, last) },
    { head: tr.t('admin.oai.asked'), cell: ({ asked }) => html`<code>${asked}</code>` },
    {
      head: tr.t('admin.oai.done'),
      cell: ({ done: given, size }) =>
        given === undefined
          ? ''
          : size === undefined
            ? tr.number(given)
            : tr.t('admin.oai.part', { done: tr.number(given), size: tr.number(size) }),
    },
    { head: tr.t('admin.oai.requests'), number: true, cell: ({ requests }) => tr.number(Number(requests)) },
    { head: tr.t('admin.oai.given'), number: true, cell: ({ records }) => tr.number(Number(records)) },
  ];
  const nobody = html`<p class="muted">${tr.t('admin.oai.nobody')}</p>`;
  return adminPage(
    context,
    'oai',
    title,
    html`${done(said)}${alert(problem)}<p>${tr.rich('admin.oai.says', { address: html`<code>${address}</code>` })} ${tr.rich('admin.oai.until', { time: dateTime(context, until) })}</p>
<h2>${tr.t('admin.oai.sets')}</h2>
<p class="small muted">${tr.t('admin.oai.touch_how')}</p>
${table(tr.t('admin.oai.sets'), setColumns, sets, { stacks: true })}
<h2>${tr.t('admin.oai.harvesters')}</h2>
${harvesters.length === 0 ? nobody : table(tr.t('admin.oai.harvesters'), harvesterColumns, harvesters, { stacks: true })}`,
  );
}
