import type { FastifyInstance, FastifyReply } from 'fastify';
import { mayEdit, mayEditSome } from '../../access/may-edit.ts';
import { changesEverything } from '../../access/write-guard.ts';
import { askForWalk, checksKind } from '../../cataloguing/ask-walks.ts';
import {
  countFindings,
  decideFindings,
  type FindingPage,
  type FindingState,
  findingFilter,
  findingStates,
  type KeptFinding,
  seenFindings,
} from '../../cataloguing/checks/findings.ts';
import { makeFix, previewFix } from '../../cataloguing/checks/make-fix.ts';
import { checksWalk, rulesRan } from '../../cataloguing/checks/run-checks.ts';
import { cataloguingErrors } from '../../cataloguing/errors.ts';
import { walkEnded } from '../../cataloguing/walk.ts';
import { UserError } from '../../errors/errors.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { may, type Person } from '../../people/person.ts';
import type { CheckRule } from '../../site/site.ts';
import { allGiven, formRoutes, given, problemText, signedInWithSession } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { checksPage, rulePage } from './checks-page.ts';
import { hiddenFrom } from './found.ts';

const findingsOnPage = 50;
/** Of all that is to be fixed at once; the rest is fixed next. */
const mostFixed = 20_000;

/** What rules of the site have found: /checks, without script. */
export function checksRoutes(app: FastifyInstance, environment: WebEnvironment, { database }: WebUploads): void {
  const { get, post } = formRoutes(app, environment);

  get('/checks', async (exchange) => {
    if (!mayLook(exchange)) return exchange.reply;
    const { person, snapshot } = exchange;
    const counts = await countFindings(database, person, snapshot, exchange.work);
    return sendHtml(
      exchange,
      checksPage(exchange.page, {
        ...{ rules: snapshot.site.checks, counts, ran: await rulesRan(database) },
        ended: await walkEnded(database, checksWalk),
        runs: mayRun(person, snapshot),
      }),
    );
  });

  post('/checks', async (exchange) => {
    if (!mayLook(exchange)) return exchange.reply;
    const { person, snapshot } = exchange;
    if (!mayRun(person, snapshot)) return sendNotAllowed(exchange);
    const { job } = await doOnce(database, exchange, { scope: 'checks', asked: 'run' }, async (transaction) => ({
      job: await askForWalk(transaction, checksKind, person.name),
    }));
    return exchange.reply.redirect(`/jobs/${job}`, 303);
  });

  const show = async (exchange: Exchange, rule: CheckRule, problem?: string, status = 200): Promise<FastifyReply> => {
    const { person, snapshot, args } = exchange;
    const state = stateOf(args.get('state') ?? given(exchange, 'state'));
    const [, record = 0, id = 0] = (/^(\d{1,9})-(\d{1,15})$/.exec(args.get('after') ?? '') ?? []).map(Number);
    const asked = { rule: rule.name, state, after: { record, id }, limit: findingsOnPage };
    const page: FindingPage = await seenFindings(database, findingFilter(person, snapshot), asked);
    const fixes = rule.fix !== 'no' && mayEditSome(person, snapshot, 'runbibeditmulti');
    const changed = /^\d{1,6}$/.exec(args.get('changed') ?? '')?.[0];
    return sendHtml(
      exchange,
      rulePage(exchange.page, {
        ...{ rule, state, ...page, isFirst: record === 0, problem, fixes },
        changed: changed === undefined ? undefined : Number(changed),
      }),
      status,
    );
  };

  get('/checks/:rule', async (exchange) => {
    if (!mayLook(exchange)) return exchange.reply;
    const rule = ruleOf(exchange);
    return rule === undefined ? sendNotFound(exchange) : await show(exchange, rule);
  });

  post('/checks/:rule', async (exchange) => {
    if (!mayLook(exchange)) return exchange.reply;
    const rule = ruleOf(exchange);
    if (rule === undefined) return sendNotFound(exchange);
    const wish = given(exchange, 'wish');
    const state = stateOf(given(exchange, 'state'));
    try {
      if (wish === 'fix' || wish === 'fix-all') {
        const id = await fix(exchange, rule, wish === 'fix-all' ? undefined : ticked(exchange));
        return exchange.reply.redirect(`/edit/many/${id}`, 303);
      }
      const to = { ignore: 'ignored', accept: 'accepted', reopen: 'open' }[wish] as FindingState | undefined;
      if (to === undefined) return exchange.reply.redirect(`/checks/${rule.name}`, 303);
      const mine = await findingsFor(exchange, rule, { ids: ticked(exchange) });
      const asked = JSON.stringify([rule.name, wish, ...ticked(exchange)]);
      const { changed } = await doOnce(database, exchange, { scope: 'checks', asked }, async (transaction) => ({
        changed: await decideFindings(
          transaction,
          mine.map(({ id }) => id),
          to,
          exchange.person.name ?? '',
        ),
      }));
      return exchange.reply.redirect(`/checks/${rule.name}?state=${state}&changed=${changed}`, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return await show(exchange, rule, text, status);
    }
  });

  /** Those that they are told of, some or all. */
  async function findingsFor(
    exchange: Exchange,
    rule: CheckRule,
    { ids, fixable }: { readonly ids?: readonly number[]; readonly fixable?: true },
  ): Promise<readonly KeptFinding[]> {
    const isMine = findingFilter(exchange.person, exchange.snapshot);
    const state = ids === undefined ? 'open' : undefined;
    const asked = { rule: rule.name, limit: mostFixed, ids, fixable, state } as const;
    return (await seenFindings(database, isMine, asked)).findings;
  }

  /** One change set, which is shown before anything is written. Its number. */
  async function fix(exchange: Exchange, rule: CheckRule, ids: readonly number[] | undefined): Promise<number> {
    const { person, snapshot } = exchange;
    if (!mayEditSome(person, snapshot, 'runbibeditmulti'))
      throw new UserError(cataloguingErrors.noFix, { name: rule.name });
    const found = await findingsFor(exchange, rule, { fixable: true, ...(ids !== undefined && { ids }) });
    const findings = found.filter(({ record }) => mayEdit(person, snapshot, record, 'runbibeditmulti'));
    if (findings.length === 0) throw new UserError(cataloguingErrors.noFix, { name: rule.name });
    const pause = async (): Promise<void> => {
      await exchange.giveWay();
      await new Promise((go) => setImmediate(go));
    };
    const asked = { rule, findings, person: person.name, hidden: hiddenFrom(exchange), pause };
    const preview = await previewFix(database, asked);
    const what = JSON.stringify([rule.name, 'fix', ids ?? 'all']);
    const { id } = await doOnce(database, exchange, { scope: 'checks', asked: what }, async (transaction) => ({
      id: await makeFix(transaction, asked, preview),
    }));
    return id;
  }
}

/** What a job says of its work is about all records. */
function mayRun(person: Person, snapshot: IndexSnapshot): boolean {
  return may(snapshot.site, person, 'runbibcheck') || changesEverything(person, snapshot);
}

function mayLook(exchange: Exchange): boolean {
  if (signedInWithSession(exchange) === undefined) return false;
  const { person, snapshot } = exchange;
  if (mayEditSome(person, snapshot) || may(snapshot.site, person, 'runbibcheck')) return true;
  sendNotAllowed(exchange);
  return false;
}

function ruleOf(exchange: Exchange): CheckRule | undefined {
  const name = exchange.param('rule');
  return exchange.snapshot.site.checks.find((rule) => rule.name === name);
}

function stateOf(text: string): FindingState {
  return findingStates.find((one) => one === text) ?? 'open';
}

function ticked(exchange: Exchange): readonly number[] {
  return allGiven(exchange, 'finding')
    .slice(0, 1_000)
    .filter((text) => /^[1-9]\d{0,14}$/.test(text))
    .map(Number);
}
