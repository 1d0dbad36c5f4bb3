import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { html } from '../../html/html.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { FoundRecord } from '../exchange/find-record.ts';
import { sendHtml } from '../exchange/reply.ts';
import { form } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';

export type GoneRecord = Extract<FoundRecord, { readonly kind: 'merged' | 'deleted' }>;

/** 410: it was deleted, or merged into another one; with the way to bring it back. */
export function sendGone(exchange: Exchange, gone: GoneRecord, restores: boolean): FastifyReply {
  const { page } = exchange;
  const { tr } = page;
  const id = String(gone.id);
  const said =
    gone.kind === 'deleted'
      ? tr.t('error.deleted.text', { id, date: tr.date(gone.on) })
      : tr.rich('error.merged.text', {
          id,
          other: html`<a href="/record/${gone.other}">${String(gone.other)}</a>`,
        });
  const back = form(page, `/record/${id}/restore`, html`${keyField()}<button>${tr.t('edit.bring_back')}</button>`);
  return sendHtml(
    exchange,
    layout(page, {
      ...{ title: tr.t('error.deleted.title'), unlisted: true },
      main: html`<div class="message"><h1>${tr.t('error.deleted.title')}</h1>
<p>${said}</p>
${restores && html`<p>${tr.t('edit.gone')}</p>${back}`}</div>`,
    }),
    410,
  );
}

/** By which a form that is sent twice is known: it does what it says once. */
export function keyField(): ReturnType<typeof html> {
  return html`<input type="hidden" name="key" value="${randomBytes(12).toString('base64url')}">`;
}
