import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mayReadHistory } from '../../access/history.ts';
import { mayEdit } from '../../access/may-edit.ts';
import { similarFor } from '../../access/similar.ts';
import { references } from '../../description/references.ts';
import { describeWork, type Work } from '../../description/work.ts';
import { fileName, mediaType } from '../../files/names.ts';
import type { ExportFormat } from '../../formats/export-format.ts';
import { askedFormat, exportFormat, exportFormats, requireExportFormat } from '../../formats/formats.ts';
import { linkHeader, linkset, linksetType, type Signpost, signposts } from '../../formats/signposting.ts';
import { type Html, html } from '../../html/html.ts';
import { may } from '../../people/person.ts';
import { repeatedTooOften } from '../../search/repeated.ts';
import { emptyRequest } from '../../search/request.ts';
import { tagsIn } from '../../search/request-url.ts';
import { toUrl } from '../../search/url-of-request.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { sendDeleted, sendMerged, sendNoRecord } from '../exchange/messages.ts';
import type { ReadVersion } from '../exchange/read-version.ts';
import { sendHtml } from '../exchange/reply.ts';
import { type FilePage, fileAddress, filePage, noFiles, pdfsOf } from '../files/files.ts';
import { filesShown, filesTab } from '../files/panel.ts';
import { shownFiles } from '../files/shown.ts';
import { negotiateType } from '../http/negotiate.ts';
import { exportRecord } from '../reading/export-records.ts';
import { shortened } from '../reading/read-records.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { requireFew } from '../search/routes.ts';
import { emptyBox, searchBox } from '../ui/search-box.ts';
import { citationList, citationsOf } from './citation-list.ts';
import { recordCitations } from './citations-page.ts';
import { referencesFound } from './found-references.ts';
import { historyRoutes } from './history.ts';
import { type RecordModel, type RecordTab, recordInformation, recordPage } from './page.ts';
import { recordAuthors, recordMarc, recordReferences } from './tabs.ts';

/** /record/N: the page with its tabs, and every export. */
export function recordRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  const { get } = routesOf(app, environment);
  get('/record/:id', async (exchange) => {
    const version = await findOrAnswer(exchange, exchange.param('id'));
    if (version === undefined) return exchange.reply;
    const of = exchange.args.get('of') ?? '';
    const asked = askedFormat(of);
    if (asked.kind === 'page' && asked.page.draws === 'marc') return sendTab(exchange, version, 'marc');
    const format = asked.kind === 'page' ? negotiated(exchange.request) : requireExportFormat(of);
    if (format !== undefined) return sendRecordExport(exchange, version, format);
    return sendTab(exchange, version, 'information');
  });

  for (const tab of ['references', 'citations', 'authors', 'files', 'marc'] as const) {
    get(`/record/:id/${tab}`, async (exchange) => {
      const version = await findOrAnswer(exchange, exchange.param('id'));
      return version === undefined ? exchange.reply : sendTab(exchange, version, tab);
    });
  }

  get('/record/:id/linkset', async (exchange) => {
    const version = await findOrAnswer(exchange, exchange.param('id'));
    if (version === undefined) return exchange.reply;
    const files = await filesFor(exchange, version.id, 'information', 1);
    exchange.reply.header('last-modified', new Date(Math.max(version.modified.getTime(), files.latest)).toUTCString());
    if (exchange.isFresh(`linkset ${version.revision} ${files.tag}`)) return exchange.reply;
    const { record } = shortened(visibleRecord(exchange, version.record));
    const links = signpostsOf(exchange, version.id, describeWork(record), files);
    return exchange.reply
      .header('server-timing', exchange.timing.header())
      .type(linksetType)
      .send(linkset(`${exchange.page.baseUrl}/record/${version.id}`, links));
  });

  historyRoutes(app, environment, (exchange, version, body) => sendTab(exchange, version, 'history', body));

  get('/record/:id/export/:format', async (exchange) => {
    const format = exportFormat(exchange.param('format'));
    if (format === undefined) return exchange.notFound();
    const version = await findOrAnswer(exchange, exchange.param('id'));
    return version === undefined ? exchange.reply : sendRecordExport(exchange, version, format);
  });
}

const pageType = 'text/html';

/** The export that the client prefers to the page; undefined is the page. */
function negotiated(request: FastifyRequest): ExportFormat | undefined {
  const types = exportFormats.flatMap((format) => format.mediaTypes.map((type) => ({ type, format })));
  const best = negotiateType(request.headers.accept, [pageType, ...types.map(({ type }) => type)]);
  return types.find(({ type }) => type === best)?.format;
}

/** The version to show, or undefined after answering why there is none. */
async function findOrAnswer(exchange: Exchange, text: string): Promise<ReadVersion | undefined> {
  const found = await exchange.record(text);
  if (found.kind === 'shown') return found.version;
  if (found.kind === 'deleted') sendDeleted(exchange, found.id, found.on, found.tombstone);
  else if (found.kind === 'merged') sendMerged(exchange, found.id, found.other);
  else sendNoRecord(exchange, text);
  return undefined;
}

async function sendTab(
  exchange: Exchange,
  version: ReadVersion,
  tab: RecordTab,
  history?: () => Promise<Html | undefined>,
): Promise<FastifyReply> {
  const number = Math.max(1, Math.trunc(Number(exchange.args.get('page') ?? 1)) || 1);
  const files = await filesFor(exchange, version.id, tab, number);
  exchange.reply.header('last-modified', new Date(Math.max(version.modified.getTime(), files.latest)).toUTCString());
  if (exchange.isFresh(`${tab} ${version.revision} ${files.tag}`)) return exchange.reply;
  const { page, person, snapshot } = exchange;
  const { record, leftOut } = shortened(visibleRecord(exchange, version.record));
  const cited = references(record);
  const model: RecordModel = {
    id: version.id,
    created: version.created,
    modified: version.modified,
    work: describeWork(record),
    references: cited.length,
    leftOut: version.leftOut + leftOut,
    files,
    shown: shownFiles(exchange, files),
    citations: citationsOf(exchange, version.id),
    history: mayReadHistory(person, snapshot, version.id),
    edit: exchange.signedIn?.session !== undefined && mayEdit(person, snapshot, version.id),
    merges: may(snapshot.site, person, 'runbibmerge'),
    fields: new Set(page.site.fields.map((field) => field.code)),
    similar: tab === 'information' ? similarRecords(exchange, version.id) : { records: [], href: undefined },
  };
  if (tab === 'information')
    exchange.reply.header('link', linkHeader(signpostsOf(exchange, version.id, model.work, files)));
  const bodies = {
    information: () => recordInformation(page, model),
    references: () => recordReferences(page, cited, number, referencesFound(exchange, version.id)),
    citations: () => citationsTab(exchange, version.id, number),
    authors: () => recordAuthors(page, model, number),
    files: () => filesTab(page, files),
    marc: () => recordMarc(page, record, number),
    history: () => history?.(),
  } as const satisfies Record<RecordTab, () => unknown>;
  const body = await bodies[tab]();
  if (body === undefined) return exchange.notFound();
  return sendHtml(exchange, recordPage(page, model, tab, body, searchBox(page, emptyBox)));
}

/** What belongs to a record, for programs: nothing is read for it. */
function signpostsOf({ page }: Exchange, id: number, work: Work, { files }: FilePage): readonly Signpost[] {
  const items = files
    .filter((file) => file.newest)
    .map((file) => ({
      href: page.baseUrl + fileAddress(file.record, fileName(file)),
      type: mediaType(file.format).split(';')[0]!,
    }));
  return signposts({ address: `${page.baseUrl}/record/${id}`, work, items });
}

/** The files that a tab shows. */
async function filesFor(exchange: Exchange, id: number, tab: RecordTab, number: number): Promise<FilePage> {
  const { files } = exchange.environment;
  if (files === undefined) return noFiles;
  if (tab === 'information') return filePage(exchange, files.database, id, { size: filesShown.panel, wanted: 1 });
  return tab === 'files' ? filePage(exchange, files.database, id, { size: filesShown.page, wanted: number }) : noFiles;
}

const similarShown = 5;

function similarRecords({ snapshot, person, timing }: Exchange, id: number): RecordModel['similar'] {
  const method = snapshot.site.ranks.find((rank) => rank.method === 'relevance');
  return {
    records: timing.search(() => similarFor(snapshot, person, id, similarShown)),
    href: method && toUrl({ ...emptyRequest, text: `recid:${id}`, rank: method.code }),
  };
}

function citationsTab(exchange: Exchange, id: number, number: number): Html {
  const { page } = exchange;
  const list = citationList(exchange, id, number);
  return list === undefined ? html`<p>${page.tr.t('citations.counting')}</p>` : recordCitations(page, list);
}

async function sendRecordExport(exchange: Exchange, version: ReadVersion, format: ExportFormat): Promise<FastifyReply> {
  const files = format.namesPdfs ? await filesFor(exchange, version.id, 'information', 1) : noFiles;
  exchange.reply.header('last-modified', version.modified.toUTCString());
  if (exchange.isFresh(`${format.code} ${version.revision} ${files.tag}`)) return exchange.reply;
  const only = tagsIn(exchange.args);
  requireFew(repeatedTooOften({ ...emptyRequest, tags: only }));
  return exchange.reply
    .header('server-timing', exchange.timing.header())
    .header('content-disposition', `inline; filename="record-${version.id}.${format.extension}"`)
    .type(format.contentType)
    .send(exportRecord(exchange, format, { ...version, pdfs: pdfsOf(files, exchange.page.baseUrl) }, only));
}
