import { type Html, type HtmlValue, html } from '../../html/html.ts';
import type { SiteLevel } from '../../site/level.ts';
import { facts } from '../ui/facts.ts';
import type { PageContext } from '../ui/page-context.ts';
import { adminPage } from './frame.ts';

export interface OverviewModel {
  readonly level: SiteLevel;
  /** In the index of this node. */
  readonly records: number;
  readonly people: number;
  /** Those of them who wait for an administrator. */
  readonly waiting: number;
  /** Without a server for mail letters are kept in the outbox. */
  readonly mailIsSent: boolean;
  readonly seesStatus: boolean;
  readonly seesProfiles: boolean;
}

export function overviewPage(context: PageContext, model: OverviewModel): string {
  const { tr } = context;
  const { level, waiting } = model;
  const count = (value: number): Html => html`<span class="number">${tr.number(value)}</span>`;
  const links: readonly HtmlValue[] = [
    model.seesStatus && html`<a href="/server-status">${tr.t('admin.overview.status')}</a>`,
    model.seesStatus && html`<a href="/admin/failures">${tr.t('admin.failures.title')}</a>`,
    model.seesProfiles && html`<a href="/profiles">${tr.t('admin.overview.profiles')}</a>`,
    html`<a href="/admin/log">${tr.t('admin.tab.log')}</a>`,
  ].filter((link) => link !== false);
  return adminPage(
    context,
    'overview',
    tr.t('admin.overview.title'),
    html`${facts([
      [
        tr.t('admin.overview.site'),
        [
          html`${tr.t(`admin.overview.level.${level.level}`)}${level.message !== '' && html`: ${level.message}`}<br><span class="muted small">${tr.rich('admin.overview.level_how', { command: html`<code>reperio site level</code>` })}</span>`,
        ],
      ],
      [tr.t('admin.overview.records'), [count(model.records)]],
      [
        tr.t('admin.tab.people'),
        [
          html`<a href="/admin/people">${count(model.people)}</a>`,
          ...(waiting > 0
            ? [
                html`<strong><a href="/admin/people?state=waiting">${tr.t('admin.overview.waiting', { count: waiting })}</a></strong>`,
              ]
            : []),
        ],
      ],
      [
        tr.t('admin.overview.mail'),
        [
          model.mailIsSent
            ? tr.t('admin.overview.mail_sent')
            : html`<strong>${tr.t('admin.overview.mail_kept')}</strong>`,
        ],
      ],
      [tr.t('admin.overview.look'), links],
      [
        tr.t('admin.overview.tasks'),
        [
          html`<span class="muted small">${tr.rich('admin.overview.tasks_how', { command: html`<code>reperio tasks status</code>` })}</span>`,
        ],
      ],
    ])}`,
  );
}
