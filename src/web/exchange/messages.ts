import type { FastifyReply } from 'fastify';
import type { UserError } from '../../errors/errors.ts';
import { type HtmlValue, html } from '../../html/html.ts';
import { signInAddress } from '../http/url.ts';
import { type Message, messagePage } from '../ui/message-page.ts';
import type { Translator } from '../ui/translations.ts';
import type { Exchange } from './exchange.ts';
import type { Tombstone } from './find-record.ts';
import { sendHtml } from './reply.ts';
import type { Unavailable } from './unavailable.ts';

function send(exchange: Exchange, status: number, message: Message): FastifyReply {
  // An entity tag that was set for the page this is not.
  exchange.reply.removeHeader('etag').header('cache-control', 'no-store');
  return sendHtml(exchange, messagePage(exchange.page, message), status);
}

function admin(exchange: Exchange): ReturnType<typeof html> {
  const { admin } = exchange.page.site;
  return html`<a href="mailto:${admin}">${admin}</a>`;
}

export function sendNotFound(exchange: Exchange): FastifyReply {
  const { tr, address } = exchange.page;
  const path = address.split('?')[0]!;
  return send(exchange, 404, {
    title: tr.t('error.not_found.title'),
    paragraphs: [tr.t('error.not_found.text', { path }), tr.t('error.not_found.hint')],
  });
}

/**
 * Also for a record that is there but not for this person: that it is there is already too much to
 * say.
 */
export function sendNoRecord(exchange: Exchange, id: string): FastifyReply {
  const { tr } = exchange.page;
  return send(exchange, 404, {
    title: tr.t('error.no_record.title'),
    paragraphs: [tr.t('error.no_record.text', { id }), ...signInHint(exchange), tr.t('error.no_record.hint')],
  });
}

export function sendDeleted(exchange: Exchange, id: number, on: Date, tombstone?: Tombstone): FastifyReply {
  const { tr } = exchange.page;
  const text = tr.t('error.deleted.text', { id: String(id), date: tr.date(on) });
  return send(exchange, 410, {
    title: tr.t('error.deleted.title'),
    paragraphs: [
      text,
      ...(tombstone === undefined ? [] : [tr.t('error.deleted.tombstone', { ...tombstone })]),
      tr.t('error.deleted.hint'),
    ],
  });
}

export function sendMerged(exchange: Exchange, id: number, other: number): FastifyReply {
  const { tr } = exchange.page;
  const link = html`<a href="/record/${other}">${String(other)}</a>`;
  const text = tr.rich('error.merged.text', { id: String(id), other: link });
  exchange.reply.header('location', `/record/${other}`);
  return send(exchange, 301, { title: tr.t('error.deleted.title'), paragraphs: [text] });
}

export function sendUnknownCollection(exchange: Exchange, name: string): FastifyReply {
  const { tr } = exchange.page;
  const home = html`<a href="/">${tr.t('error.home_page')}</a>`;
  return send(exchange, 404, {
    title: tr.t('error.no_collection.title'),
    paragraphs: [tr.t('error.no_collection.text', { name }), tr.rich('error.no_collection.hint', { home })],
  });
}

/**
 * For a guest: the record may be one that is shown after signing in. The same whether or not it is
 * there.
 */
function signInHint({ page }: Exchange): readonly HtmlValue[] {
  if (!page.hasAccounts || page.account !== undefined) return [];
  const link = html`<a href="${signInAddress(page.address)}">${page.tr.t('account.sign_in_link')}</a>`;
  return [page.tr.rich('error.no_record.sign_in', { link })];
}

/**
 * A guest is led to sign-in and back; who is signed in is told that it is not for them. Programs
 * get words and a status.
 */
export function sendRestricted(exchange: Exchange, name: string, forMachine = false): FastifyReply {
  const { tr, hasAccounts, account, address } = exchange.page;
  const isGuest = hasAccounts && account === undefined;
  if (forMachine) {
    exchange.reply.removeHeader('etag').header('cache-control', 'no-store').type('text/plain; charset=utf-8');
    if (isGuest) exchange.reply.header('www-authenticate', 'Bearer realm="reperio"');
    const hint = isGuest ? 'Sign in, or send an API token.' : 'Contact an administrator of the library.';
    return exchange.reply
      .code(isGuest ? 401 : 403)
      .send(`error: Access to the collection ${name} is restricted.\nhint: ${hint}\n`);
  }
  if (isGuest)
    return exchange.reply
      .removeHeader('etag')
      .header('cache-control', 'no-store')
      .redirect(signInAddress(address), 303);
  return send(exchange, 403, {
    title: tr.t('error.restricted.title'),
    paragraphs: [tr.t('error.restricted.text', { name }), tr.rich('error.restricted.hint', { admin: admin(exchange) })],
  });
}

/** For who is signed in, and may not do this. */
export function sendNotAllowed(exchange: Exchange): FastifyReply {
  const { tr } = exchange.page;
  return send(exchange, 403, {
    title: tr.t('error.not_allowed.title'),
    paragraphs: [tr.t('error.not_allowed.text'), tr.rich('error.restricted.hint', { admin: admin(exchange) })],
  });
}

export function sendMethodNotAllowed(exchange: Exchange, method: string, allowed: string): FastifyReply {
  const { tr, address } = exchange.page;
  exchange.reply.header('allow', allowed);
  const text = tr.t('error.method.text', { method, path: address.split('?')[0]! });
  return send(exchange, 405, {
    title: tr.t('error.method.title'),
    paragraphs: [text, tr.t('error.method.hint', { allowed })],
  });
}

export function sendInternal(exchange: Exchange, id: string): FastifyReply {
  const { tr } = exchange.page;
  const hint = tr.rich('error.internal.hint', { admin: admin(exchange) });
  return send(exchange, 500, {
    title: tr.t('error.internal.title'),
    paragraphs: [tr.t('error.internal.text', { id }), hint],
  });
}

/**
 * An error in the words of the reader's language, where there are any for it: those that readers
 * meet by what they ask.
 */
export function saidIn(tr: Translator, { code, values, message, hint }: UserError): Said {
  const key = `error.said.${code.replace(/^REPERIO_/, '').toLowerCase()}`;
  return tr.has(`${key}.text`)
    ? {
        message: tr.t(`${key}.text`, values),
        hint: tr.t(`${key}.hint`, values),
        ...(tr.has(`${key}.title`) && { title: tr.t(`${key}.title`) }),
      }
    : { message, hint };
}

interface Said {
  readonly message: string;
  readonly hint: string;
  /** Where its status says too little. */
  readonly title?: string;
}

/** A mistake of the asker's or a state of the world, in the words of the room that found it. */
const titles: Readonly<Record<number, string>> = { 403: 'not_allowed', 414: 'too_long', 429: 'too_many' };

/**
 * Not for the moment. A library that is closed finds nothing either, and its page says once what
 * the operator says.
 */
export function sendUnavailable(exchange: Exchange, away: Unavailable): FastifyReply {
  const { page } = exchange;
  const isClosed = away.reason === 'closed';
  const shown = isClosed ? { ...exchange, page: { ...page, banners: [] } } : exchange;
  return send(shown, 503, {
    title: away.title,
    paragraphs: [away.text, away.words, away.hint].filter((text) => text !== ''),
    ...(isClosed && { withoutSearch: true }),
  });
}

export function sendUserError(exchange: Exchange, status: number, { message, hint, title }: Said): FastifyReply {
  const { request, page } = exchange;
  const { tr } = page;
  // Of an address that was typed or followed. A form is sent again, and nothing is searched for.
  const isAddress = (status === 400 || status === 414) && (request.method === 'GET' || request.method === 'HEAD');
  return send(exchange, status, {
    title: title ?? tr.t(`error.${titles[status] ?? (isAddress ? 'bad_request' : 'not_done')}.title`),
    paragraphs: [message, hint, isAddress ? tr.t('error.bad_request.hint') : ''].filter((text) => text !== ''),
    ...(!isAddress && status !== 429 && { withoutSearch: true }),
  });
}
