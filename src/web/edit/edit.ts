import type { FastifyInstance, FastifyReply } from 'fastify';
import { addDraft, keepDraft, readDraft } from '../../cataloguing/drafts.ts';
import { UserError } from '../../errors/errors.ts';
import type { EditedText } from '../../marc/readers/text-edited.ts';
import { toCompleteTextMarc } from '../../marc/writers/text-complete.ts';
import type { SignedIn } from '../../people/access.ts';
import type { Database } from '../../store/database.ts';
import { formRoutes, given } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNoRecord } from '../exchange/messages.ts';
import type { ReadVersion } from '../exchange/read-version.ts';
import { findingsOf } from './checked.ts';
import { answerConflict, resolved } from './conflict.ts';
import { editorOf, findEditable } from './editing.ts';
import { heldAsked, heldIn } from './held.ts';
import { preview } from './preview.ts';
import { type Saved, save, untilFound } from './save.ts';
import { numberGiven, refusalText, type Shown, showEditor, wantsJson } from './shown.ts';
import { largestForm, readText, textOf } from './text.ts';

/** The editor of a record that there is. */
export function editRecordRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { get, post } = formRoutes(app, environment);

  get('/record/:id/edit', async (exchange) => {
    const editor = editorOf(exchange);
    if (editor === undefined) return exchange.reply;
    const version = await findEditable(exchange);
    if (version === undefined) return exchange.reply;
    const draft = await draftAsked(exchange, database, editor, version);
    const asked = await heldAsked(exchange, database);
    const waiting = asked?.held.record === version.id ? asked : undefined;
    return showEditor(exchange, database, editor, {
      id: version.id,
      base: waiting?.base ?? draft?.base ?? version.revision,
      text: waiting === undefined ? (draft?.text ?? textOf(exchange, version)) : toCompleteTextMarc(waiting.ours),
      draft: draft?.id ?? 0,
      held: waiting?.held.id ?? 0,
      findings: undefined,
      done: doneSays(exchange, version),
    });
  });

  post(
    '/record/:id/edit',
    async (exchange) => {
      const editor = editorOf(exchange);
      if (editor === undefined) return exchange.reply;
      const version = await findEditable(exchange);
      if (version === undefined) return exchange.reply;
      const base = numberGiven(exchange, 'base') || version.revision;
      return answerEdit(exchange, database, editor, { id: version.id, base, newest: version });
    },
    { bodyLimit: largestForm },
  );
}

/** What was done before, as the address says. */
function doneSays({ page: { tr }, args }: Exchange, { revision }: ReadVersion): string | undefined {
  const kind = ['merged', 'unchanged'].find((one) => one === args.get('done'));
  return kind && tr.t(`edit.saved.${kind}`, { revision });
}

/** The draft of this record that the address names, of the person who asks. */
async function draftAsked(exchange: Exchange, database: Database, { account }: SignedIn, { id }: ReadVersion) {
  const asked = Number(exchange.args.get('draft') ?? 0);
  if (!Number.isSafeInteger(asked) || asked <= 0 || asked > 2 ** 31 - 1) return undefined;
  const draft = await readDraft(database, account.id, asked);
  return draft.record === id ? draft : undefined;
}

interface Edit {
  readonly id: number;
  readonly base: number;
  /** Undefined: a new record. */
  readonly newest: ReadVersion | undefined;
}

/** What a form of the editor asks for: a check, a preview, a draft, or to be saved. */
export async function answerEdit(
  exchange: Exchange,
  database: Database,
  editor: SignedIn,
  { id, base, newest }: Edit,
): Promise<FastifyReply> {
  const { page } = exchange;
  const text = given(exchange, 'text');
  const wish = given(exchange, 'do');
  const shown: Shown = {
    id,
    base,
    text,
    draft: numberGiven(exchange, 'draft'),
    held: heldIn(exchange),
    findings: undefined,
  };
  if (wish === 'draft') return await answerDraft(exchange, database, editor, shown);
  if (wish === 'resolve') return await showEditor(exchange, database, editor, await resolved(exchange, shown));
  const edited = readText(text);
  const findings = await findingsOf(exchange, database, text, edited);
  if (wish === 'check') return await showEditor(exchange, database, editor, { ...shown, findings });
  if (wish === 'preview') {
    const drawn = preview(exchange, id, edited.record);
    return await showEditor(exchange, database, editor, { ...shown, findings, preview: drawn });
  }
  if (findings.some(({ refuses }) => refuses)) {
    const problem = page.tr.t('edit.not_saved');
    if (wantsJson(exchange)) return exchange.reply.code(422).send({ problem, findings });
    return await showEditor(exchange, database, editor, { ...shown, findings, problem }, 422);
  }
  return await answerSave(exchange, database, editor, shown, { ...edited, newest });
}

async function answerDraft(
  exchange: Exchange,
  database: Database,
  { account }: SignedIn,
  { id, base, text, draft }: Shown,
): Promise<FastifyReply> {
  const kept = { record: id === 0 ? undefined : id, base: base === 0 ? undefined : base, text };
  readText(text);
  const number = await database.transaction(async (transaction) => {
    if (draft === 0) return await addDraft(transaction, account.id, kept);
    await keepDraft(transaction, account.id, draft, kept);
    return draft;
  });
  const address = id === 0 ? `/record/new?draft=${number}` : `/record/${id}/edit?draft=${number}`;
  return exchange.reply.redirect(address, 303);
}

async function answerSave(
  exchange: Exchange,
  database: Database,
  editor: SignedIn,
  shown: Shown,
  { record, newest }: EditedText & Pick<Edit, 'newest'>,
): Promise<FastifyReply> {
  const { id, base, draft } = shown;
  const { page, reply } = exchange;
  const json = wantsJson(exchange);
  let saved: Saved;
  try {
    saved = await save(exchange, database, {
      ...{ id, base, record, newest, draft, held: shown.held, person: editor.account.id, key: given(exchange, 'key') },
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problem = refusalText(exchange, error);
    if (json) return reply.code(error.status).send({ problem });
    return await showEditor(exchange, database, editor, { ...shown, problem }, error.status);
  }
  switch (saved.kind) {
    case 'conflict':
      if (json) return reply.code(409).send({ conflict: saved.revision });
      return await answerConflict(exchange, shown, saved);
    case 'gone':
      return sendNoRecord(exchange, String(id));
    case 'written':
    case 'merged':
    case 'unchanged': {
      // Pages of a record that is there show its newest version at once.
      if (id === 0) await untilFound(exchange, saved.id, saved.revision);
      const { kind, revision, warnings } = saved;
      const said = page.tr.t(`edit.saved.${kind}`, { revision });
      if (json) return reply.send({ id: saved.id, revision, kind, said, warnings });
      if (kind === 'written') return reply.redirect(`/record/${saved.id}`, 303);
      return reply.redirect(`/record/${saved.id}/edit?done=${kind}`, 303);
    }
  }
}
