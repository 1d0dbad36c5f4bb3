import type { FastifyInstance, FastifyReply } from 'fastify';
import { mayReadHistories, mayReadHistory } from '../../access/history.ts';
import { mayEdit } from '../../access/may-edit.ts';
import { askedFormat, requireExportFormat } from '../../formats/formats.ts';
import { type Html, html } from '../../html/html.ts';
import { differencesOf } from '../../marc/differences.ts';
import { type LinesSince, linesSince } from '../../marc/lines-since.ts';
import { tagsIn } from '../../search/request-url.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import type { FoundRecord } from '../exchange/find-record.ts';
import { sendMerged, sendNoRecord, sendNotAllowed } from '../exchange/messages.ts';
import type { ReadVersion } from '../exchange/read-version.ts';
import { sendHtml } from '../exchange/reply.ts';
import { exportRecord } from '../reading/export-records.ts';
import { shortened } from '../reading/read-records.ts';
import { listedAt, readShown } from '../reading/shown-version.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { layout } from '../ui/layout.ts';
import { emptyBox, searchBox } from '../ui/search-box.ts';
import { historyList, type ListedVersion, linesPage, versionBody } from './history-page.ts';

/** Draws a page of a record that is shown. */
export type SendTab = (
  exchange: Exchange,
  version: ReadVersion,
  body: () => Promise<Html | undefined>,
) => Promise<FastifyReply>;

type Held = Extract<FoundRecord, { readonly kind: 'shown' | 'deleted' }>;

/** Each of them is looked at: see `readShown`. */
const perPage = 10;

/** Earlier versions of a record, for those who may edit it. */
export function historyRoutes(app: FastifyInstance, environment: WebEnvironment, sendTab: SendTab): void {
  const { get } = routesOf(app, environment);

  get('/record/:id/history', async (exchange) => {
    const found = await findOrAnswer(exchange);
    if (found === undefined) return exchange.reply;
    const isLines = exchange.args.get('lines') === '1' && found.kind === 'shown';
    const body = () => (isLines ? linesBody(exchange, idOf(found)) : listBody(exchange, idOf(found)));
    return await send(exchange, found, body, sendTab);
  });

  get('/record/:id/history/:revision', async (exchange) => {
    const found = await findOrAnswer(exchange);
    if (found === undefined) return exchange.reply;
    const id = idOf(found);
    const version = await readShown(exchange, id, numberIn(exchange.param('revision')));
    if (version === undefined) return exchange.notFound();
    const of = exchange.args.get('of') ?? '';
    if (askedFormat(of).kind === 'page')
      return await send(exchange, found, () => versionPage(exchange, version), sendTab);
    const format = requireExportFormat(of);
    return exchange.reply
      .header('cache-control', 'private, no-store')
      .header('content-disposition', `inline; filename="record-${id}-version-${version.revision}.${format.extension}"`)
      .type(format.contentType)
      .send(exportRecord(exchange, format, { ...version, pdfs: [] }, tagsIn(exchange.args)));
  });
}

function idOf(found: Held): number {
  return found.kind === 'shown' ? found.version.id : found.id;
}

/**
 * The record, or undefined after an answer. Who may read no history is told so before anything is
 * looked for.
 */
async function findOrAnswer(exchange: Exchange): Promise<Held | undefined> {
  const { person, snapshot } = exchange;
  const text = exchange.param('id');
  if (!mayReadHistories(person, snapshot)) return answered(sendNotAllowed(exchange));
  const found = await exchange.record(text);
  if (found.kind === 'merged') return answered(sendMerged(exchange, found.id, found.other));
  if (found.kind === 'unknown') return answered(sendNoRecord(exchange, text));
  if (!mayReadHistory(person, snapshot, idOf(found))) return answered(sendNotAllowed(exchange));
  return found;
}

function answered(_reply: FastifyReply): undefined {
  return undefined;
}

async function send(
  exchange: Exchange,
  found: Held,
  body: () => Promise<Html | undefined>,
  sendTab: SendTab,
): Promise<FastifyReply> {
  if (found.kind === 'shown') return await sendTab(exchange, found.version, body);
  const main = await body();
  if (main === undefined) return exchange.notFound();
  const { page } = exchange;
  const title = page.tr.t('record.number', { id: String(found.id) });
  return sendHtml(
    exchange,
    layout(page, {
      ...{ title, unlisted: true, find: searchBox(page, emptyBox) },
      main: html`<article class="record"><header><h1>${title}</h1></header>${main}</article>`,
    }),
  );
}

async function listBody(exchange: Exchange, id: number): Promise<Html | undefined> {
  const { page } = exchange;
  const wanted = Math.max(1, numberIn(exchange.args.get('page') ?? '') ?? 1);
  const { versions, total, newest } = await exchange.history(id, { offset: (wanted - 1) * perPage, limit: perPage });
  if (versions.length === 0) return undefined;
  const shown: ListedVersion[] = [];
  for (const version of versions) {
    if ((await readShown(exchange, id, version.revision)) !== undefined) shown.push(version);
  }
  return historyList(page, { id, versions: shown, newest, page: wanted, last: Math.ceil(total / perPage) });
}

/** Versions that are looked at; each is a read. */
const mostLooked = 200;
const versionsAtOnce = 20;

/**
 * Each line of the record with the version that brought it there, as far back as they are looked
 * at.
 */
async function linesBody(exchange: Exchange, id: number): Promise<Html | undefined> {
  let since: LinesSince | undefined;
  let looked = 0;
  for (let offset = 0; offset < mostLooked && since?.isSettled !== true; offset += versionsAtOnce) {
    const { versions } = await exchange.history(id, { offset, limit: versionsAtOnce });
    if (versions.length === 0) break;
    for (const listed of versions) {
      const version = await readShown(exchange, id, listed.revision);
      if (version === undefined) continue;
      const { record } = shortened(visibleRecord(exchange, version.record));
      since ??= linesSince(record);
      since.older(record, listed.revision);
      looked++;
      if (since.isSettled) break;
      await exchange.giveWay();
    }
  }
  if (since === undefined) return undefined;
  const revisions = [...new Set(since.lines.map(({ revision }) => revision))];
  const by = new Map<number, ListedVersion>();
  for (const revision of revisions) {
    const { versions } = await listedAt(exchange, id, revision);
    if (versions[0]?.revision === revision) by.set(revision, versions[0]);
  }
  return linesPage(exchange.page, { id, lines: since.lines, by, isCut: !since.isSettled && looked >= mostLooked });
}

async function versionPage(exchange: Exchange, version: ReadVersion): Promise<Html | undefined> {
  const { page, args } = exchange;
  const { id, revision } = version;
  const { versions, newest } = await listedAt(exchange, id, revision);
  const [listed] = versions;
  if (listed?.revision !== revision) return undefined;
  const asked = numberIn(args.get('with') ?? '');
  const other = asked === revision ? undefined : await readShown(exchange, id, asked ?? listed.before);
  if (other === undefined && asked !== undefined && asked !== revision) return undefined;
  const whole = visibleRecord(exchange, version.record);
  const { record, leftOut } = shortened(whole);
  const notRead = version.leftOut + (other?.leftOut ?? 0);
  return versionBody(page, {
    ...{ id, record, newest, version: listed },
    // What was not read of one of them would stand there as added or removed.
    other:
      other && notRead === 0
        ? {
            revision: other.revision,
            differences: differencesOf(visibleRecord(exchange, other.record), whole),
          }
        : undefined,
    leftOut: notRead + leftOut,
    page: Math.max(1, numberIn(args.get('page') ?? '') ?? 1),
    restores: restores(exchange, version, newest),
  });
}

function restores(
  { signedIn, person, snapshot }: Exchange,
  { id, revision, deleted }: ReadVersion,
  newest: number,
): boolean {
  return signedIn?.session !== undefined && revision !== newest && !deleted && mayEdit(person, snapshot, id);
}

function numberIn(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
