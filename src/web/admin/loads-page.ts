import { html } from '../../html/html.ts';
import type { LoadRun } from '../../records/load/runs.ts';
import { dateTime } from '../ui/date-time.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, filterBox, type Part, partFoot } from './frame.ts';

export interface LoadsModel extends Part {
  readonly rows: readonly LoadRun[];
}

/** What was loaded, when, by whom, and what became of it. */
export function loadsPage(context: PageContext, model: LoadsModel): string {
  const { tr } = context;
  const count = (
    of: 'inserted' | 'replaced' | 'merged' | 'unchanged' | 'held' | 'deleted' | 'refused',
  ): Column<LoadRun> => ({
    // What was done with them is in the column of the mode.
    head: tr.t(`admin.loads.${of === 'replaced' ? 'changed' : of}`),
    number: true,
    cell: (one) => (one.ended === undefined ? '' : tr.number(one[of])),
  });
  const columns: readonly Column<LoadRun>[] = [
    { head: tr.t('admin.loads.input'), cell: ({ name }) => html`<bdi>${name}</bdi>` },
    { head: tr.t('admin.loads.mode'), cell: ({ mode }) => html`<code>${mode}</code>` },
    { head: tr.t('admin.at'), cell: ({ started }) => dateTime(context, started) },
    { head: tr.t('admin.actor'), cell: ({ person }) => person ?? '' },
    count('inserted'),
    count('replaced'),
    count('merged'),
    count('unchanged'),
    count('deleted'),
    count('held'),
    count('refused'),
    {
      head: tr.t('admin.loads.end'),
      cell: ({ ended, error }) =>
        ended === undefined
          ? tr.t('admin.loads.no_end')
          : error === undefined
            ? tr.t('admin.loads.done')
            : html`${tr.t('admin.loads.stopped')} <code class="small">${error}</code>`,
    },
  ];
  return adminPage(
    context,
    'loads',
    tr.t('admin.tab.loads'),
    html`<p>${tr.t('admin.loads.says')}</p>${filterBox(context, '/admin/loads', tr.t('admin.loads.find'), model.text)}
${model.rows.length > 0 && table(tr.t('admin.tab.loads'), columns, model.rows, { stacks: true })}
${partFoot(context, model)}`,
  );
}
