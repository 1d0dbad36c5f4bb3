import { type Html, type HtmlValue, html } from '../../html/html.ts';
import type { AuditEntry } from '../../people/audit.ts';
import { dateTime } from '../ui/date-time.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, filterBox, type Part, partFoot } from './frame.ts';

/**
 * What was done, in the reader's language; as it stands in the log when a release of before told
 * it.
 */
export function actionText({ tr }: PageContext, action: string): string {
  const key = `admin.audit.${action.replaceAll(' ', '_')}`;
  return tr.has(key) ? tr.t(key) : action;
}

export function logTable(context: PageContext, rows: readonly AuditEntry[]): Html {
  const { tr } = context;
  const columns: readonly Column<AuditEntry>[] = [
    { head: tr.t('admin.at'), cell: (one) => dateTime(context, one.at) },
    {
      head: tr.t('admin.actor'),
      cell: (one) =>
        html`${one.actor}${one.address !== null && html` <span class="muted small">${one.address}</span>`}`,
    },
    { head: tr.t('admin.action'), cell: (one) => actionText(context, one.action) },
    { head: tr.t('admin.subject'), cell: (one) => one.subject },
    { head: tr.t('admin.detail'), cell: (one) => detailText(context, one.detail) },
  ];
  return table(tr.t('admin.tab.log'), columns, rows);
}

function detailText({ tr }: PageContext, detail: AuditEntry['detail']): HtmlValue {
  const parts = Object.entries(detail).map(([name, value]) => {
    const key = `admin.audit_detail.${name}`;
    return `${tr.has(key) ? tr.t(key) : name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return html`<span class="small">${parts.join('; ')}</span>`;
}

export interface LogModel extends Part {
  readonly rows: readonly AuditEntry[];
}

export function logPage(context: PageContext, model: LogModel): string {
  const { tr } = context;
  return adminPage(
    context,
    'log',
    tr.t('admin.tab.log'),
    html`<p>${tr.t('admin.log_text')}</p>${filterBox(context, '/admin/log', tr.t('admin.find_log'), model.text)}
${model.rows.length > 0 && logTable(context, model.rows)}
${partFoot(context, model)}`,
  );
}
