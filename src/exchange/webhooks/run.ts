/**
 * The one process of a library that sends webhooks. It sees to their order, sends those of each
 * beside those of others, and switches off what takes nothing for days.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Email } from '../../mail/mailer.ts';
import { currentSite } from '../../site/versions.ts';
import { untilBeat } from '../../store/beat.ts';
import type { Database } from '../../store/database.ts';
import { takeLease, whileHeld } from '../../store/lease.ts';
import { placeEvents } from './happenings.ts';
import { ownerOf } from './owner.ts';
import { type Allowed, openPoster, type Poster } from './post.ts';
import { tellWebhook } from './tell.ts';
import { activeWebhooks, giveUpWebhook, type ToldWebhook } from './webhook.ts';

export interface WebhooksContext {
  readonly database: Database;
  readonly url: string;
  readonly signal: AbortSignal;
  readonly allowed: Allowed;
  /** Days. */
  readonly giveUp: number;
  readonly baseUrl: string | undefined;
  readonly mailFrom: string | undefined;
  readonly post: (email: Email) => void;
}

export interface WebhooksOptions {
  /** It is left to others for so long when it begins, in ms. */
  readonly standby?: number;
  readonly onTrouble?: (sentence: string) => void;
  /** As the end of "while ..."; undefined: it does nothing. */
  readonly onDoing?: (what: string | undefined) => void;
}

/** How often it asks whether there are webhooks, or somebody else sends; milliseconds. */
const lookEvery = 10_000;
/** How soon what has happened is told. */
const turn = 500;

/** Sends until the signal, whenever no other process does. */
export async function runWebhooks(context: WebhooksContext, options: WebhooksOptions = {}): Promise<void> {
  const { database, url, signal } = context;
  const pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => undefined);
  let said = '';
  await pause(options.standby ?? 0);
  while (!signal.aborted) {
    try {
      const lease = (await isAny(database))
        ? await takeLease(url, 'webhooks', { label: 'webhooks', wait: false, signal })
        : undefined;
      if (lease !== undefined) {
        await sendWhileHeld({ ...context, signal: whileHeld(lease, signal) }, options).finally(() => lease.release());
        said = '';
        continue;
      }
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      if (!signal.aborted && sentence !== said) options.onTrouble?.(`Webhooks are not sent: ${sentence}`);
      said = sentence;
    } finally {
      options.onDoing?.(undefined);
    }
    await pause(untilBeat(lookEvery));
  }
}

async function isAny(database: Database): Promise<boolean> {
  const [row] = await database.query<{ is: boolean }>(sql`SELECT EXISTS (SELECT FROM webhook WHERE active) AS is`);
  return row?.is === true;
}

async function sendWhileHeld(context: WebhooksContext, { onDoing, onTrouble }: WebhooksOptions): Promise<void> {
  const { database, signal, allowed } = context;
  const poster = openPoster(allowed);
  // A receiver that is slow holds up nobody but itself.
  const running = new Map<number, Promise<void>>();
  let problem: unknown;
  try {
    while (!signal.aborted && problem === undefined) {
      while ((await placeEvents(database)) > 0) signal.throwIfAborted();
      const webhooks = await activeWebhooks(database);
      if (webhooks.length === 0 && running.size === 0) return;
      for (const webhook of webhooks) {
        if (running.has(webhook.id)) continue;
        const sending = sendOne(webhook, poster, context)
          .catch((error: unknown) => {
            if (!signal.aborted) problem ??= error;
          })
          .finally(() => running.delete(webhook.id));
        running.set(webhook.id, sending);
      }
      onDoing?.(undefined);
      await sleep(turn, undefined, { signal }).catch(() => undefined);
    }
    if (problem !== undefined) throw problem;
  } finally {
    await Promise.all(running.values());
    poster.close();
    if (problem !== undefined && !(problem instanceof Error)) onTrouble?.(String(problem));
  }
}

/** Until nothing is to be sent at once. */
async function sendOne(webhook: ToldWebhook, poster: Poster, context: WebhooksContext): Promise<void> {
  const { database, signal, baseUrl, giveUp } = context;
  const { site } = await currentSite(database);
  const owner = await ownerOf(database, site, webhook);
  if (owner === undefined) {
    await giveUpWebhook(database, webhook.id, 'its owner has no active account');
    return;
  }
  const [library] = await database.query<{ timeline: number }>(sql`SELECT timeline FROM library`);
  const telling = { database, site, timeline: library!.timeline, baseUrl, poster, signal, now: Date.now };
  let told = await tellWebhook(webhook, owner.person, telling);
  while (told.more) {
    signal.throwIfAborted();
    const now = (await activeWebhooks(database)).find(({ id }) => id === webhook.id);
    if (now === undefined) return;
    told = await tellWebhook(now, owner.person, telling);
  }
  const { failing } = webhook;
  const isDead =
    told.tried > 0 && told.taken === 0 && failing !== undefined && Date.now() - failing.getTime() > giveUp * 86_400_000;
  if (!told.gone && !isDead) return;
  const reason = told.gone ? 'its receiver says that it is gone (410)' : `it took nothing for ${giveUp} days`;
  const isOff = await database.transaction((transaction) => giveUpWebhook(transaction, webhook.id, reason));
  if (!isOff) return;
  const to = owner.email ?? site.admin;
  if (to === '') return;
  context.post({
    from: context.mailFrom ?? (site.admin === '' ? 'library@localhost' : site.admin),
    to,
    subject: `${site.name}: webhook ${webhook.name} is switched off`,
    text: letterText(webhook, reason, baseUrl),
  });
}

function letterText({ name, url }: ToldWebhook, reason: string, baseUrl: string | undefined): string {
  return `The webhook ${name}, which sends to
${url}
is switched off: ${reason}.

What happens now is not kept for it. When the receiver is there again, switch it on:
${baseUrl ?? ''}/admin/webhooks/${name}
or, at a terminal: reperio webhooks on ${name}
What failed can be sent again from its log.
`;
}
