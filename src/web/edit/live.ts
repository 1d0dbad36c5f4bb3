import type { FastifyInstance } from 'fastify';
import { mayEdit } from '../../access/may-edit.ts';
import { addDraft, keepDraft } from '../../cataloguing/drafts.ts';
import { beatingPage, endEditing, noteEditing } from '../../cataloguing/presence.ts';
import { UserError } from '../../errors/errors.ts';
import type { Database } from '../../store/database.ts';
import { formRoutes, given } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { findingsOf } from './checked.ts';
import { othersNote } from './edit-page.ts';
import { editorOf } from './editing.ts';
import { preview } from './preview.ts';
import { once } from './save.ts';
import { numberGiven, refusalText } from './shown.ts';
import { largestForm, readText } from './text.ts';

/** What the script of the editor asks while somebody types. The answers are JSON. */
export function liveRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { post } = formRoutes(app, environment);

  /** What is to be said of a text, and how readers would see it. */
  post(
    '/edit/look',
    async (exchange) => {
      if (editorOf(exchange) === undefined) return exchange.reply;
      return await answered(exchange, async () => {
        const edited = readText(given(exchange, 'text'));
        const findings = await findingsOf(exchange, database, given(exchange, 'text'), edited);
        const drawn =
          given(exchange, 'preview') === '1'
            ? preview(exchange, numberGiven(exchange, 'record'), edited.record)
            : undefined;
        return { findings, preview: drawn?.text };
      });
    },
    { bodyLimit: largestForm },
  );

  /** Keeps what is typed, and gives the number of the draft. */
  post(
    '/edit/drafts',
    async (exchange) => {
      const editor = editorOf(exchange);
      if (editor === undefined) return exchange.reply;
      const { id: person } = editor.account;
      return await answered(exchange, async () => {
        const text = given(exchange, 'text');
        readText(text);
        const draft = numberGiven(exchange, 'draft');
        const kept = {
          text,
          record: numberGiven(exchange, 'record') || undefined,
          base: numberGiven(exchange, 'base') || undefined,
        };
        if (draft > 0) {
          await keepDraft(database, person, draft, kept);
          return { draft };
        }
        const request = { scope: `draft ${person}`, key: given(exchange, 'key'), content: '' };
        return await once(database, request, async (transaction) => ({
          draft: await addDraft(transaction, person, kept),
        }));
      });
    },
    { bodyLimit: largestForm },
  );

  /**
   * Every 15 s: that the record is still open here; and who else has it open. `away`: it is not any
   * more.
   */
  post('/edit/beat', async (exchange) => {
    const editor = editorOf(exchange);
    if (editor === undefined) return exchange.reply;
    const { person, snapshot, page } = exchange;
    const record = numberGiven(exchange, 'record');
    if (record === 0 || !mayEdit(person, snapshot, record)) return exchange.reply.send({ others: '' });
    const { id } = editor.account;
    if (given(exchange, 'away') === '1') {
      await endEditing(database, record, id);
      return exchange.reply.send({ others: '' });
    }
    const others = await noteEditing(database, { record, person: id, seconds: beatingPage });
    const note = othersNote(page, others);
    return exchange.reply.send({ others: note === false ? '' : note.text });
  });
}

async function answered(exchange: Exchange, work: () => Promise<object>) {
  try {
    return await exchange.reply.send(await work());
  } catch (error) {
    if (!(error instanceof UserError) || error.status >= 500) throw error;
    return exchange.reply.code(error.status).send({ problem: refusalText(exchange, error) });
  }
}
