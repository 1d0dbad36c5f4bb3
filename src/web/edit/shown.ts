import type { FastifyReply } from 'fastify';
import { listDrafts } from '../../cataloguing/drafts.ts';
import { noteEditing, openPage } from '../../cataloguing/presence.ts';
import { UserError } from '../../errors/errors.ts';
import type { SignedIn } from '../../people/access.ts';
import type { Database } from '../../store/database.ts';
import { given } from '../account/forms.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { saidIn } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import { type EditModel, editPage } from './edit-page.ts';
import { editorHead } from './head.ts';

export type Shown = Pick<
  EditModel,
  'id' | 'base' | 'text' | 'draft' | 'held' | 'findings' | 'problem' | 'done' | 'preview'
>;

/** The page of the editor, with what the library knows beside it. */
export async function showEditor(
  exchange: Exchange,
  database: Database,
  { account }: SignedIn,
  shown: Shown,
  status = 200,
): Promise<FastifyReply> {
  const { id } = shown;
  const beside = id === 0 ? nothingBeside : await besideRecord(exchange, database, account.id, shown);
  return sendHtml(exchange, editPage(exchange.page, { ...shown, ...beside, head: editorHead(exchange) }), status);
}

const nothingBeside = { others: [], drafts: [] };

/** What the page can do without while the database is away: what was typed goes first. */
async function besideRecord(
  { environment }: Exchange,
  database: Database,
  person: number,
  { id, draft }: Shown,
): Promise<Pick<EditModel, 'others' | 'drafts'>> {
  try {
    const drafts = await listDrafts(database, person, { record: id });
    const isOpen = environment.level().level === 'open';
    const others = isOpen ? await noteEditing(database, { record: id, person, seconds: openPage }) : [];
    return { others, drafts: drafts.filter((one) => one.id !== draft) };
  } catch (error) {
    if (error instanceof UserError && error.status === 503) return nothingBeside;
    throw error;
  }
}

/** Why something was refused, in the reader's language. */
export function refusalText({ page: { tr } }: Exchange, error: UserError): string {
  const key = `edit.problem.${error.code.replace(/^REPERIO_/, '').toLowerCase()}`;
  if (tr.has(key)) return tr.t(key, error.values);
  const { message, hint } = saidIn(tr, error);
  return `${message} ${hint}`;
}

/** A script of ours asks, which stays on the page. */
export function wantsJson({ request }: Exchange): boolean {
  return request.headers.accept === 'application/json';
}

export function numberGiven(exchange: Exchange, name: string): number {
  const text = given(exchange, name);
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
}
