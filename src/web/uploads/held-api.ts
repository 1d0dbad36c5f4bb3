import { editActions } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { toMarcJson } from '../../marc/writers/json.ts';
import type { HeldEntry } from '../../records/held.ts';
import { writeModes } from '../../records/modes.ts';
import type { HeldReason } from '../../records/next-version.ts';
import { readParameters } from '../api/parameters.ts';
import { heldParameters } from '../api/write-schemas.ts';
import type { Routes } from '../exchange/exchange.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { decideHeld, type HeldWish } from './decide.ts';
import { uploadErrors } from './errors.ts';
import { requireSome } from './guard.ts';
import { heldFor, requireHeld, sidesOf } from './held-of.ts';
import { sendJson } from './records-api.ts';

export const heldReasons: readonly HeldReason[] = ['CONFLICT', 'UNKNOWN_REVISION', 'ASKED', 'CHECK'];
const perPage = 100;

/** What waits for a person, for programs. */
export function heldApiRoutes({ get }: Pick<Routes, 'get'>, { database }: WebUploads): void {
  get('/api/held', async (exchange) => {
    requireSome(exchange, editActions);
    const { args, page } = exchange;
    const { after = 0, record, all, q: text = '', reason: named } = readParameters(heldParameters, args);
    const reason = heldReasons.find((one) => one === named);
    const asked = { record, reason, all: all === 1, after, limit: perPage, text };
    const { entries, next } = await heldFor(exchange, database, asked);
    const more = new URLSearchParams(args);
    more.set('after', String(next));
    return sendJson(exchange, 200, {
      held: entries.map(entryJson),
      next: next === undefined ? null : `${page.baseUrl}/api/held?${more}`,
    });
  });

  get('/api/held/:upload', async (exchange) => {
    requireSome(exchange, editActions);
    const held = await requireHeld(exchange, database, exchange.param('upload'));
    const { base, theirs, ours, revision } = await sidesOf(exchange, database, held);
    const json = (record: MarcRecord | undefined): unknown =>
      record === undefined ? null : JSON.parse(toMarcJson(visibleRecord(exchange, record)));
    const { marc, ...entry } = held;
    return sendJson(exchange, 200, {
      ...{ ...entryJson(entry), revision: revision ?? null, sent: json(marc) },
      ...{ base: json(base), theirs: json(theirs), ours: json(ours) },
    });
  });
}

/** Its body is JSON, which other addresses of records take as records. */
export function heldDecisionRoutes({ post }: Pick<Routes, 'post'>, { database }: WebUploads): void {
  post('/api/held/:upload', async (exchange) => {
    requireSome(exchange, editActions);
    const wish = wishOf(exchange.request.body);
    return sendJson(exchange, 200, await decideHeld(exchange, database, exchange.param('upload'), wish));
  });
}

function entryJson({ at, decided, ...entry }: HeldEntry): object {
  return { ...entry, at: at.toISOString(), ...(decided !== undefined && { decided: decided.toISOString() }) };
}

function wishOf(body: unknown): HeldWish {
  const wrong = (reason: string): UserError => new UserError(uploadErrors.decisionWrong, { reason });
  if (typeof body !== 'object' || body === null) throw wrong('the body is no JSON object');
  const given = body as Readonly<Record<string, unknown>>;
  switch (given['do']) {
    case 'accept': {
      const side = sideOf(given['side'] ?? 'ours');
      if (side === undefined) throw wrong('side is "ours" or "theirs"');
      const mode = writeModes.find((one) => one === given['mode'] && one !== 'hold');
      if (given['mode'] !== undefined && mode === undefined) throw wrong('mode is none');
      const choices = choicesOf(given['choices'] ?? {});
      if (choices === undefined) throw wrong('choices has a side for each tag, as {"245":"theirs"}');
      return { do: 'accept', side, choices, ...(mode !== undefined && { mode }) };
    }
    case 'reject':
      return { do: 'reject', reason: typeof given['reason'] === 'string' ? given['reason'].slice(0, 1_000) : '' };
    case 'assign':
    case 'unassign':
      return { do: given['do'] };
    default:
      throw wrong('"do" is accept, reject, assign or unassign');
  }
}

function sideOf(value: unknown): 'ours' | 'theirs' | undefined {
  return value === 'ours' || value === 'theirs' ? value : undefined;
}

function choicesOf(value: unknown): Readonly<Record<string, 'ours' | 'theirs'>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value).map(([tag, side]) => [tag, sideOf(side)] as const);
  if (!entries.every(([tag, side]) => side !== undefined && /^\w{3}$/.test(tag))) return undefined;
  return Object.fromEntries(entries) as Readonly<Record<string, 'ours' | 'theirs'>>;
}
