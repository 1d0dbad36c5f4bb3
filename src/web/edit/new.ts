import type { FastifyInstance } from 'fastify';
import { derived } from '../../cataloguing/derive.ts';
import { readDraft } from '../../cataloguing/drafts.ts';
import { filledIn, listTemplates, readTemplate } from '../../cataloguing/templates.ts';
import { withoutOwnLinks } from '../../marc/own-links.ts';
import { toCompleteTextMarc } from '../../marc/writers/text-complete.ts';
import type { SignedIn } from '../../people/access.ts';
import type { Database } from '../../store/database.ts';
import { formRoutes } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNoRecord } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { answerEdit } from './edit.ts';
import { answered, editorOf } from './editing.ts';
import { heldAsked } from './held.ts';
import { choicePage } from './new-page.ts';
import { type Shown, showEditor } from './shown.ts';
import { largestForm, textOf } from './text.ts';

/**
 * Records that are not there yet: from a template, from another record, from a draft, from nothing.
 */
export function newRecordRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { get, post } = formRoutes(app, environment);

  get('/record/new', async (exchange) => {
    const editor = editorOf(exchange);
    if (editor === undefined) return exchange.reply;
    const begun = await beginning(exchange, database, editor);
    if (begun === undefined) return exchange.reply;
    if (begun === 'choose') {
      const templates = await listTemplates(database, editor.account.id);
      return sendHtml(exchange, choicePage(exchange.page, templates));
    }
    return await showEditor(exchange, database, editor, {
      ...{ id: 0, base: 0, draft: 0, held: 0, findings: undefined },
      ...begun,
    });
  });

  post(
    '/record/new',
    async (exchange) => {
      const editor = editorOf(exchange);
      if (editor === undefined) return exchange.reply;
      return await answerEdit(exchange, database, editor, { id: 0, base: 0, newest: undefined });
    },
    { bodyLimit: largestForm },
  );
}

/** With what the text begins; undefined after an answer. */
async function beginning(
  exchange: Exchange,
  database: Database,
  { account }: SignedIn,
): Promise<(Pick<Shown, 'text'> & Partial<Shown>) | 'choose' | undefined> {
  const { args } = exchange;
  const [template, from, draft] = ['template', 'from', 'draft'].map((name) => args.get(name) ?? '');
  const waiting = await heldAsked(exchange, database);
  if (waiting !== undefined && waiting.held.record === undefined)
    return { text: toCompleteTextMarc(waiting.ours), held: waiting.held.id };
  if (template === 'empty') return { text: emptyText };
  if (template !== '') {
    const { text } = await readTemplate(database, account.id, numberOf(template!));
    return { text: filledIn(text, { today: new Date(), me: account.name }) };
  }
  if (draft !== '') {
    const kept = await readDraft(database, account.id, numberOf(draft!));
    if (kept.record === undefined) return { text: kept.text, draft: kept.id };
    return answered(exchange.reply.redirect(`/record/${kept.record}/edit?draft=${kept.id}`, 303));
  }
  if (from === '') return 'choose';
  const found = await exchange.record(from!);
  if (found.kind !== 'shown') return answered(sendNoRecord(exchange, from!));
  const { version } = found;
  // Links to its documents belong to the other record.
  const record = derived(withoutOwnLinks(visibleRecord(exchange, version.record), version.id));
  return { text: textOf(exchange, { ...version, record }) };
}

/** The leader of a book, and its title. */
const emptyText = '=LDR  \\\\\\\\\\nam\\a22\\\\\\\\\\\\a\\4500\n24500 $$a\n980__ $$a\n';

function numberOf(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
}
