import type { FastifyInstance } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { html } from '../../html/html.ts';
import { readLog } from '../../jobs/queue/log.ts';
import { listJobs } from '../../jobs/queue/read.ts';
import { jobWishes } from '../../jobs/queue/wishes.ts';
import { doneText, formRoutes, given, problemText, signedInWithSession } from '../account/forms.ts';
import { accountPage } from '../account/profile-page.ts';
import { tabsOf } from '../account/tabs.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { withParameter } from '../http/url.ts';
import { alert, done } from '../ui/form.ts';
import { paging } from '../ui/paging.ts';
import { jobButtons } from './actions.ts';
import { jobApiRoutes } from './api.ts';
import { changeJob } from './change.ts';
import { jobFacts, jobsTable, live } from './parts.ts';
import { findJob, type Reach, wishesOf } from './reach.ts';
import { scheduleApiRoutes } from './schedules.ts';

const onPage = 50;
/** Of a log the last lines. */
const linesShown = 200;

/** Jobs that somebody has asked for, on pages of their account; and jobs for programs. */
export function jobRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(app, environment);
  const { database } = people.access;
  jobApiRoutes(app, environment, people);
  scheduleApiRoutes(app, environment, database);

  get('/jobs', async (exchange) => {
    const reach = ownReach(exchange);
    if (reach === undefined) return exchange.reply;
    const { page: context, args } = exchange;
    const { tr } = context;
    const page = Math.min(Math.max(1, Math.trunc(Number(args.get('page') ?? 1)) || 1), 100_000);
    const { rows, total } = await listJobs(database, {
      ...{ person: reach.name, offset: (page - 1) * onPage, limit: onPage },
    });
    const href = (number: number): string =>
      withParameter(
        withParameter(context.address, 'done', undefined),
        'page',
        number === 1 ? undefined : String(number),
      );
    const list = html`${rows.length === 0 && html`<p>${tr.t('admin.jobs.none')}</p>`}${jobsTable(context, rows, '/jobs')}`;
    const foot = paging(context, { current: page, last: Math.max(1, Math.ceil(total / onPage)), href });
    const isActive = rows.some(({ ended }) => ended === null);
    return sendHtml(
      exchange,
      accountPage(
        context,
        'jobs',
        tabsOf(context),
        html`${done(doneText(context, args))}<p>${tr.t('admin.jobs.mine')}</p>${live('jobs', isActive, list)}${foot}`,
      ),
    );
  });

  const show = async (exchange: Exchange, reach: Reach, problem?: string, status = 200) => {
    const job = await findJob(database, reach, exchange.param('id'));
    if (job === undefined) return sendNotFound(exchange);
    const lines = await readLog(database, job.id, { last: linesShown });
    const address = `/jobs/${job.id}`;
    const page = { ...exchange.page, address };
    const { tr } = page;
    const content = html`${jobButtons(page, address, wishesOf(reach, job))}${jobFacts(page, job, lines)}`;
    return sendHtml(
      exchange,
      accountPage(
        page,
        'jobs',
        tabsOf(page),
        html`${done(doneText(page, exchange.args))}${alert(problem)}<h2>${tr.t('admin.jobs.one', { id: job.id, kind: job.kind, name: job.name })}</h2>
${live('job', job.ended === null, content)}`,
      ),
      status,
    );
  };

  get('/jobs/:id', async (exchange) => {
    const reach = ownReach(exchange);
    return reach === undefined ? exchange.reply : show(exchange, reach);
  });

  post('/jobs/:id', async (exchange) => {
    const reach = ownReach(exchange);
    if (reach === undefined) return exchange.reply;
    const job = await findJob(database, reach, exchange.param('id'));
    const wish = jobWishes.find((one) => one === given(exchange, 'wish'));
    if (job === undefined) return sendNotFound(exchange);
    if (wish === undefined) return show(exchange, reach);
    try {
      await changeJob(database, exchange, reach, job, wish);
      const to = wish === 'delete' ? '/jobs' : `/jobs/${job.id}`;
      return exchange.reply.redirect(`${to}?done=job_${wish.replace('-', '_')}`, 303);
    } catch (error) {
      if (error instanceof UserError && error.status === 404) return sendNotFound(exchange);
      const { text, status } = problemText(exchange.page, error);
      return show(exchange, reach, text, status);
    }
  });
}

/** Here everybody sees their own alone. Otherwise it has answered by leading to the sign-in. */
function ownReach(exchange: Exchange): (Reach & { readonly kind: 'own' }) | undefined {
  const signedIn = signedInWithSession(exchange);
  return signedIn && { kind: 'own', name: signedIn.account.name, mayChange: true };
}
