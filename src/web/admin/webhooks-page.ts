import type { LoggedMessage, MessageState } from '../../exchange/webhooks/log.ts';
import { messageStates } from '../../exchange/webhooks/log.ts';
import { eventTypes, type NewWebhook, type Webhook } from '../../exchange/webhooks/webhook.ts';
import { type Html, html } from '../../html/html.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { alert, checkbox, done, field, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { pairText } from '../ui/pair-text.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage } from './frame.ts';

interface Said {
  readonly problem: string | undefined;
  readonly done: string | undefined;
}

export interface WebhooksModel extends Said {
  readonly webhooks: readonly Webhook[];
  /** What was typed into the form, when something is wrong with it. */
  readonly typed: NewWebhook;
}

export function webhooksPage(context: PageContext, { webhooks, typed, problem, done: what }: WebhooksModel): string {
  const { tr } = context;
  const columns: readonly Column<Webhook>[] = [
    { head: tr.t('admin.webhooks.webhook'), cell: ({ name }) => html`<a href="/admin/webhooks/${name}">${name}</a>` },
    { head: tr.t('admin.webhooks.address'), cell: ({ url }) => html`<bdi>${url}</bdi>` },
    { head: tr.t('admin.webhooks.events'), cell: ({ events }) => events.join(' ') },
    { head: tr.t('admin.webhooks.owner'), cell: ({ owner }) => owner ?? tr.t('admin.webhooks.guests') },
    { head: tr.t('admin.state'), cell: (one) => stateOf(context, one) },
    { head: tr.t('admin.webhooks.waiting'), cell: ({ waiting }) => tr.number(waiting), number: true },
  ];
  return adminPage(
    context,
    'webhooks',
    tr.t('admin.tab.webhooks'),
    html`${done(what)}${alert(problem)}<p>${tr.t('admin.webhooks.says')}</p>
${webhooks.length === 0 ? html`<p>${tr.t('admin.webhooks.none')}</p>` : table(tr.t('admin.tab.webhooks'), columns, webhooks, { stacks: true })}
<h2>${tr.t('admin.webhooks.add')}</h2>${addForm(context, typed)}`,
  );
}

function stateOf(context: PageContext, { active, failing, offReason }: Webhook): Html | string {
  const { tr } = context;
  if (!active)
    return offReason === undefined
      ? tr.t('admin.webhooks.off')
      : pairText(context, tr.t('admin.webhooks.off'), offReason);
  if (failing === undefined) return tr.t('admin.webhooks.on');
  return html`${tr.t('admin.webhooks.failing')} ${dateTime(context, failing)}`;
}

function addForm(context: PageContext, typed: NewWebhook): Html {
  const { tr } = context;
  const label = (name: string): string => tr.t(`admin.webhooks.${name}`);
  return form(
    context,
    '/admin/webhooks',
    html`${field({ name: 'name', label: label('webhook'), value: typed.name, hint: label('name_hint') })}
${field({ name: 'url', label: label('address'), value: typed.url, hint: label('address_hint') })}
<fieldset><legend>${label('events')}</legend>${Object.keys(eventTypes).map((type) =>
      checkbox(
        'events',
        type,
        html`<code>${type}</code> ${tr.t(`admin.webhooks.event.${type.replace('.', '_')}`)}`,
        typed.events.includes(type),
      ),
    )}</fieldset>
<button>${label('add')}</button>`,
  );
}

/** What is shown when one is added: its secret, this once; undefined: it was shown before. */
export function addedPage(context: PageContext, name: string, secret: string | undefined): string {
  const { tr } = context;
  return adminPage(
    context,
    'webhooks',
    tr.t('admin.webhooks.one', { name }),
    html`${done(tr.t('admin.webhooks.added'))}
<p>${tr.t(secret === undefined ? 'admin.webhooks.secret_shown' : 'admin.webhooks.secret_once')}</p>
${secret !== undefined && html`<p><code class="secret">${secret}</code></p>`}
<p><a href="/admin/webhooks/${name}">${tr.t('admin.webhooks.one', { name })}</a></p>`,
  );
}

export interface WebhookModel extends Said {
  readonly webhook: Webhook;
  readonly messages: readonly LoggedMessage[];
  readonly state: MessageState | undefined;
  /** Before which number there are more. */
  readonly next: number | undefined;
}

export function webhookPage(context: PageContext, model: WebhookModel): string {
  const { tr } = context;
  const { webhook, messages, next, state, problem, done: what } = model;
  const label = (name: string): string => tr.t(`admin.webhooks.${name}`);
  const here = `/admin/webhooks/${webhook.name}`;
  const button = (wish: string): Html =>
    form(
      context,
      here,
      html`<button class="quiet" name="wish" value="${wish}">${label(`wish.${wish}`)}</button>`,
      'inline',
    );
  const more = new URLSearchParams({ ...(state !== undefined && { state }), before: String(next) });
  return adminPage(
    context,
    'webhooks',
    tr.t('admin.webhooks.one', { name: webhook.name }),
    html`${done(what)}${alert(problem)}<p><a href="/admin/webhooks">${tr.t('admin.tab.webhooks')}</a></p>
${facts([
  [label('address'), [webhook.url]],
  [label('events'), webhook.events],
  [label('owner'), [webhook.owner ?? label('guests')]],
  [tr.t('admin.state'), [stateOf(context, webhook)]],
  [label('taken'), webhook.succeeded === undefined ? [] : [dateTime(context, webhook.succeeded)]],
  [label('waiting'), [tr.number(webhook.waiting)]],
])}
<p>${button('test')} ${button(webhook.active ? 'off' : 'on')} ${button('resend')} ${button('remove')}</p>
<h2>${tr.t('admin.jobs.log')}</h2>
<p>${[undefined, ...messageStates].map(
      (one) =>
        html`<a href="${one === undefined ? here : `${here}?state=${one}`}">${one === undefined ? tr.t('admin.jobs.part.all') : label(`state.${one}`)}</a> `,
    )}</p>
${messages.length === 0 ? html`<p>${label('log_empty')}</p>` : messagesTable(context, here, messages)}
${next !== undefined && html`<p><a href="${here}?${more.toString()}">${tr.t('admin.harvest.more')}</a></p>`}`,
  );
}

function messagesTable(context: PageContext, here: string, messages: readonly LoggedMessage[]): Html {
  const { tr } = context;
  const columns: readonly Column<LoggedMessage>[] = [
    { head: tr.t('admin.at'), cell: ({ happened }) => dateTime(context, happened) },
    { head: tr.t('admin.webhooks.event_type'), cell: ({ type }) => html`<code>${type}</code>` },
    { head: tr.t('admin.webhooks.subject'), cell: ({ subject }) => subject },
    { head: tr.t('admin.state'), cell: ({ state }) => tr.t(`admin.webhooks.state.${state}`) },
    { head: tr.t('admin.webhooks.attempts'), cell: ({ attempts }) => tr.number(attempts), number: true },
    {
      head: tr.t('admin.webhooks.answer'),
      cell: ({ problem, status, took }) => problem ?? (status === null ? '' : `${status}, ${tr.number(took ?? 0)} ms`),
    },
    {
      head: tr.t('admin.webhooks.wish.again'),
      cell: ({ id, state }) =>
        state !== 'waiting' &&
        form(
          context,
          here,
          html`<input type="hidden" name="message" value="${id}"><button class="quiet" name="wish" value="again">${tr.t('admin.webhooks.wish.again')}</button>`,
          'inline',
        ),
    },
  ];
  return table(tr.t('admin.jobs.log'), columns, messages, { stacks: true });
}
