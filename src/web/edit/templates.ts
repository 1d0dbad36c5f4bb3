import type { FastifyInstance } from 'fastify';
import { cataloguingErrors } from '../../cataloguing/errors.ts';
import {
  addTemplate,
  changeTemplate,
  listTemplates,
  readTemplate,
  removeTemplate,
  type Template,
} from '../../cataloguing/templates.ts';
import { UserError } from '../../errors/errors.ts';
import { may } from '../../people/person.ts';
import type { Database } from '../../store/database.ts';
import { formRoutes, given } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import { editorOf } from './editing.ts';
import { formKey, once } from './save.ts';
import { numberGiven, refusalText } from './shown.ts';
import { templatePage, templatesPage } from './templates-page.ts';
import { largestForm, readText } from './text.ts';

/** Templates: each their own, and those that are shared. */
export function templateRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { get, post } = formRoutes(app, environment);

  get('/edit/templates', async (exchange) => {
    const editor = editorOf(exchange);
    if (editor === undefined) return exchange.reply;
    const { page, args } = exchange;
    const wanted = args.get('change');
    if (wanted === 'new') return sendHtml(exchange, templatePage(page, { id: 0, name: '', text: '', shared: false }));
    if (wanted !== null) {
      const template = await found(database, editor.account.id, Number(wanted));
      if (template === undefined) return sendNotFound(exchange);
      return mayChange(exchange, template)
        ? sendHtml(exchange, templatePage(page, template))
        : sendNotAllowed(exchange);
    }
    const all = await listTemplates(database, editor.account.id);
    const templates = all.map((one) => ({ ...one, changes: mayChange(exchange, one) }));
    const done = ['saved', 'removed'].find((one) => one === args.get('done'));
    return sendHtml(exchange, templatesPage(page, templates, done && page.tr.t(`edit.templates.${done}`)));
  });

  post(
    '/edit/templates',
    async (exchange) => {
      const editor = editorOf(exchange);
      if (editor === undefined) return exchange.reply;
      const { account } = editor;
      const id = numberGiven(exchange, 'template');
      const template = id === 0 ? undefined : await found(database, account.id, id);
      if (id !== 0 && template === undefined) return sendNotFound(exchange);
      if (template !== undefined && !mayChange(exchange, template)) return sendNotAllowed(exchange);
      if (given(exchange, 'do') === 'remove') {
        await removeTemplate(database, id);
        return exchange.reply.redirect('/edit/templates?done=removed', 303);
      }
      const [name, text] = [given(exchange, 'name'), given(exchange, 'text')];
      const wanted = { name, text, shared: given(exchange, 'shared') === '1' };
      try {
        readText(text);
        const content = JSON.stringify([id, wanted]);
        const key = { scope: `template ${account.id}`, key: formKey(given(exchange, 'key'), content), content };
        await once(database, key, async (transaction) => {
          if (id === 0) return { id: await addTemplate(transaction, account.id, wanted) };
          await changeTemplate(transaction, id, wanted);
          return { id };
        });
      } catch (error) {
        if (!(error instanceof UserError) || error.status >= 500) throw error;
        return sendHtml(
          exchange,
          templatePage(exchange.page, { id, ...wanted }, refusalText(exchange, error)),
          error.status,
        );
      }
      return exchange.reply.redirect('/edit/templates?done=saved', 303);
    },
    { bodyLimit: largestForm },
  );
}

/** Whose it is, and of shared ones who may edit all records. */
function mayChange({ person, snapshot }: Exchange, { mine, shared }: Template): boolean {
  return mine || (shared && may(snapshot.site, person, 'runbibedit'));
}

async function found(database: Database, person: number, id: number): Promise<Template | undefined> {
  if (!Number.isSafeInteger(id) || id < 1 || id >= 2 ** 31) return undefined;
  try {
    return await readTemplate(database, person, id);
  } catch (error) {
    if (error instanceof UserError && error.code === cataloguingErrors.noTemplate.code) return undefined;
    throw error;
  }
}
