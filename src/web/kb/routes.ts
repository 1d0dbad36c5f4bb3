import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import type { KnowledgeBase } from '../../knowledge/base.ts';
import {
  addBase,
  changeBase,
  entriesOf,
  isKnowledgeKind,
  listBases,
  readBase,
  removeBase,
  setPlaces,
  tableOf,
} from '../../knowledge/bases.ts';
import { importEntries, removeEntry, setEntry } from '../../knowledge/entries.ts';
import { knowledgeErrors } from '../../knowledge/errors.ts';
import { matching } from '../../knowledge/matching.ts';
import { knowledgeFormats, readKnowledge } from '../../knowledge/read-file.ts';
import { standingOf, usesOf } from '../../knowledge/uses.ts';
import { applyKnowledge } from '../../library/apply-site.ts';
import { audit } from '../../people/audit.ts';
import { checkRules } from '../../people/rules/check.ts';
import { checkQuery } from '../../search/check-query.ts';
import type { Site } from '../../site/site.ts';
import type { Transaction } from '../../store/database.ts';
import { actorOf, formRoutes, given, problemText } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Answering, Exchange } from '../exchange/exchange.ts';
import { sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { valuesFound } from '../reading/values.ts';
import { fileForms } from '../uploads/form-files.ts';
import { FormWithFiles } from '../uploads/multipart.ts';
import { type BaseModel, basePage } from './base-page.ts';
import { exportRoutes } from './export.ts';
import { basesPage, type NewBase, newBasePage } from './list-page.ts';
import { mayKeepBases } from './may.ts';

const onPage = 100;
/** Bytes of a file that is imported. */
const largestFile = 16 * 1024 * 1024;
const checks = { query: checkQuery, rules: checkRules };

/** Knowledge bases: /kb, for people who may `cfgbibknowledge`; /kb/export for everybody. */
export function kbRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { database } = people.access;
  const { get, post } = formRoutes(app, environment);
  exportRoutes(app, environment, database);

  get('/kb', async (exchange) => {
    if (!mayKeepBases(exchange)) return exchange.reply;
    const { site } = exchange.snapshot;
    const bases = await listBases(database, site);
    const rows = bases.map((base) => ({ base, uses: usesOf(site, base.name) }));
    return sendHtml(exchange, basesPage(exchange.page, rows, doneIn(exchange)));
  });

  get('/kb/new', (exchange) => (mayKeepBases(exchange) ? showNew(exchange) : exchange.reply));

  const showNew = (exchange: Exchange, filled?: NewBase, problem?: string, status = 200): FastifyReply => {
    const typed = filled ?? { name: '', kind: 'written', description: '', path: '', question: '' };
    return sendHtml(exchange, newBasePage({ ...exchange.page, address: '/kb/new' }, typed, problem), status);
  };

  post('/kb', async (exchange) => {
    if (!mayKeepBases(exchange)) return exchange.reply;
    const { site } = exchange.snapshot;
    const filled = newBaseIn(exchange);
    try {
      const { name, kind, description } = filled;
      if (!isKnowledgeKind(kind)) throw new UserError(knowledgeErrors.definition, { reason: `"${kind}" is no kind` });
      const dynamic = kind === 'dynamic' ? { path: filled.path, question: filled.question } : {};
      if (kind === 'dynamic') requireQuestion(exchange, filled.question);
      await changeOnce(exchange, async (transaction) => {
        await addBase(transaction, site, name, { kind, description, ...dynamic, by: exchange.person.name });
        await audit(transaction, actorOf(exchange), 'knowledge base made', name, { kind });
      });
      return exchange.reply.redirect(addressOf(name), 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return showNew(exchange, filled, text, status);
    }
  });

  const show = async (exchange: Exchange, problem?: string, status = 200): Promise<FastifyReply> => {
    const base = await found(exchange);
    if (base === undefined) return sendNotFound(exchange);
    const model = await modelOf(exchange, base);
    const page = { ...exchange.page, address: problem === undefined ? exchange.page.address : addressOf(base.name) };
    return sendHtml(exchange, basePage(page, { ...model, problem, done: doneIn(exchange) }), status);
  };

  get('/kb/:name', async (exchange) => (mayKeepBases(exchange) ? await show(exchange) : exchange.reply));

  const change: Answering = async (exchange) => {
    if (!mayKeepBases(exchange)) return exchange.reply;
    const base = await found(exchange);
    if (base === undefined) return sendNotFound(exchange);
    try {
      const to = await carryOut(exchange, base, given(exchange, 'do'));
      return exchange.reply.redirect(to, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return await show(exchange, text, status);
    }
  };
  app.register(async (page) => {
    page.addContentTypeParser('multipart/form-data', fileForms(largestFile));
    formRoutes(page, environment).post('/kb/:name', change, { bodyLimit: largestFile });
  });

  async function found(exchange: Exchange): Promise<KnowledgeBase | undefined> {
    try {
      return await readBase(database, exchange.snapshot.site, exchange.param('name'));
    } catch (error) {
      if (error instanceof UserError && error.code === knowledgeErrors.noBase.code) return undefined;
      throw error;
    }
  }

  async function modelOf(exchange: Exchange, base: KnowledgeBase): Promise<BaseModel> {
    const { args } = exchange;
    const { site } = exchange.snapshot;
    const text = (args.get('q') ?? '').trim();
    const isDynamic = base.kind === 'dynamic';
    const values = isDynamic
      ? await valuesFound(exchange, { path: base.path!, question: base.question!.replaceAll('%', '') })
      : undefined;
    const all: BaseModel['rows'] = isDynamic
      ? values!.values.map(({ text: value, count }) => ({ key: value, value, count }))
      : await entriesOf(database, site, base, { either: text, type: 's' });
    const rows = isDynamic ? matching(all, { either: text, type: 's' }) : all;
    const last = Math.max(1, Math.ceil(rows.length / onPage));
    const page = Math.min(Math.max(1, Math.trunc(Number(args.get('page') ?? 1)) || 1), last);
    const typed = typedEntry(exchange);
    const isChange = formOf(exchange).has('was');
    const key = base.kind === 'written' ? (isChange ? (typed?.key ?? null) : args.get('key')) : null;
    const standing = await standingFor(site, base);
    return {
      ...{ base, uses: usesOf(site, base.name), standing, text, page, last, total: rows.length },
      rows: rows.slice((page - 1) * onPage, page * onPage),
      edited: key === null ? undefined : await entryOf(site, base, key),
      typed,
      looked: values,
      applying: args.get('apply') === '1' && standing.startsWith('changed') ? await wouldApply() : undefined,
      ...{ problem: undefined, done: undefined },
    };
  }

  async function standingFor(site: Site, base: KnowledgeBase): Promise<BaseModel['standing']> {
    const isUsed = site.libraryBases.includes(base.name) && base.kind !== 'dynamic';
    return isUsed ? standingOf(site, base.name, tableOf(await entriesOf(database, site, base))) : 'unused';
  }

  async function entryOf(site: Site, base: KnowledgeBase, key: string) {
    const found = await entriesOf(database, site, base, { key, type: 'e' });
    return found.find((entry) => entry.key === key);
  }

  async function wouldApply(): Promise<BaseModel['applying']> {
    const { needsReindexing, time } = await applyKnowledge(database, { dryRun: true, checks });
    return { needsReindexing, records: time?.records ?? 0, seconds: time?.seconds ?? 0 };
  }

  /** Does what is wished; where to go then. */
  async function carryOut(exchange: Exchange, base: KnowledgeBase, wish: string): Promise<string> {
    const { name } = base;
    const changing = { base: name, by: exchange.person.name };
    const address = addressOf(name);
    if (wish === 'places') {
      await changeOnce(exchange, (transaction) =>
        setPlaces(
          transaction,
          name,
          given(exchange, 'places')
            .split(/[\s,;]+/)
            .filter(Boolean),
        ),
      );
      return `${address}?done=saved`;
    }
    if (base.kind === 'site') throw new UserError(knowledgeErrors.ofSite, { name });
    switch (wish) {
      case 'entry': {
        const entry = { key: given(exchange, 'key').trim(), value: given(exchange, 'value').trim() };
        const was = formOf(exchange).get('was') ?? undefined;
        await changeOnce(exchange, async (transaction) => void (await setEntry(transaction, changing, entry, was)));
        return `${address}?done=saved`;
      }
      case 'remove-entry':
        await changeOnce(exchange, (transaction) => removeEntry(transaction, changing, given(exchange, 'key').trim()));
        return `${address}?done=removed`;
      case 'definition': {
        const [description, path, question] = ['description', 'path', 'question'].map((one) => given(exchange, one));
        const dynamic = base.kind === 'dynamic' ? { path: path!.trim(), question: question!.trim() } : {};
        if (base.kind === 'dynamic') requireQuestion(exchange, question!);
        await changeOnce(exchange, (transaction) =>
          changeBase(transaction, name, { description: description!.trim(), ...dynamic, by: changing.by }),
        );
        return `${address}?done=saved`;
      }
      case 'import': {
        const { body } = exchange.request;
        const bytes = (body instanceof FormWithFiles && body.file?.bytes) || Buffer.from(given(exchange, 'text'));
        const entries = readKnowledge(bytes, {
          format: knowledgeFormats.find((one) => one === given(exchange, 'format')),
          languages: exchange.snapshot.site.languages,
          written: base.kind === 'written',
        });
        if (entries.length === 0)
          throw new UserError(knowledgeErrors.fileWrong, { format: 'text', reason: 'there is nothing in it' });
        const replace = given(exchange, 'replace') === '1';
        await changeOnce(exchange, async (transaction) => {
          const counts = await importEntries(transaction, changing, entries, { replace });
          await audit(transaction, actorOf(exchange), 'knowledge base imported', name, { ...counts });
        });
        return `${address}?done=imported`;
      }
      case 'apply':
        await applyKnowledge(database, { checks });
        await audit(database, actorOf(exchange), 'knowledge base applied', name);
        return `${address}?done=applied`;
      case 'remove':
        await changeOnce(exchange, async (transaction) => {
          await removeBase(transaction, exchange.snapshot.site, name);
          await audit(transaction, actorOf(exchange), 'knowledge base removed', name);
        });
        return '/kb?done=gone';
      default:
        return address;
    }
  }

  async function changeOnce(exchange: Exchange, work: (transaction: Transaction) => Promise<void>): Promise<void> {
    const asked = JSON.stringify([exchange.request.url, String(exchange.request.body), fileDigest(exchange)]);
    await doOnce(database, exchange, { scope: 'knowledge', asked }, async (transaction) => {
      await work(transaction);
      return {};
    });
  }
}

function addressOf(name: string): string {
  return `/kb/${encodeURIComponent(name)}`;
}

function formOf({ request }: Exchange): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
}

/** What was typed and could not be kept. */
function typedEntry(exchange: Exchange): BaseModel['typed'] {
  if (given(exchange, 'do') !== 'entry') return undefined;
  return { key: given(exchange, 'key'), value: given(exchange, 'value') };
}

function fileDigest({ request: { body } }: Exchange): string {
  return body instanceof FormWithFiles && body.file?.bytes !== undefined
    ? createHash('sha256').update(body.file.bytes).digest('hex')
    : '';
}

function newBaseIn(exchange: Exchange): NewBase {
  const [name, kind, description, path, question] = ['name', 'kind', 'description', 'path', 'question'].map((one) =>
    given(exchange, one).trim(),
  );
  return { name: name!, kind: kind!, description: description!, path: path!, question: question! };
}

function requireQuestion({ snapshot }: Exchange, question: string): void {
  const wrong = checkQuery(question.replaceAll('%', ''), snapshot.site);
  if (wrong !== undefined) throw new UserError(knowledgeErrors.definition, { reason: wrong.replace(/\.$/, '') });
}

const said = ['saved', 'removed', 'imported', 'applied', 'gone'];

function doneIn({ args, page }: Exchange): string | undefined {
  const word = said.find((one) => one === args.get('done'));
  return word && page.tr.t(`kb.done.${word}`);
}
