import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { mayShow } from '../../access/visible.ts';
import { UserError } from '../../errors/errors.ts';
import { addFile, type DocumentFile, documentStatus, filesOf, versionsOf } from '../../files/documents.ts';
import { fileErrors } from '../../files/errors.ts';
import { eventsOf } from '../../files/events.ts';
import { checkText, fileName, parseFileName, splitFileName } from '../../files/names.ts';
import { receive } from '../../files/receive.ts';
import { fileSubject, removeFile } from '../../files/remove.ts';
import { recordIdIn } from '../../index/record-id.ts';
import { audit } from '../../people/audit.ts';
import { may } from '../../people/person.ts';
import { lockForDocuments, writeDocumentLinks } from '../../records/document-links.ts';
import { analyzerOf } from '../../search/search.ts';
import type { Transaction } from '../../store/database.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { sendNoRecord, sendNotFound } from '../exchange/messages.ts';
import type { WebFiles } from '../exchange/web-files.ts';
import { webErrors } from '../http/errors.ts';
import { deliver } from './deliver.ts';
import { fileAddress, mayRead } from './files.ts';
import { hasThumbnail, thumbnailAddress } from './shown.ts';
import { deliverThumbnail } from './thumbnail.ts';

/**
 * Files of records: to be read by whoever may see record and document, to be added and removed by
 * who may `runbibdocfile`.
 */
export function fileRoutes(app: FastifyInstance, environment: WebEnvironment, files: WebFiles): void {
  const { get, post, remove } = routesOf(app, environment);
  app.addContentTypeParser('application/octet-stream', (_, body, done) => done(null, body));

  const addresses = { files: deliver, thumbnails: deliverThumbnail } as const;
  for (const [folder, send] of Object.entries(addresses))
    get(`/record/:id/${folder}/:name`, async (exchange) => {
      const [id, name] = [exchange.param('id'), exchange.param('name')];
      const record = recordNumber(exchange, id);
      if (record === undefined) return sendNoRecord(exchange, id);
      const file = await findFile(exchange, files, record, name);
      return file === undefined ? sendNotFound(exchange) : send(exchange, files, file);
    });

  get('/api/records/:id/files', async (exchange) => {
    const record = recordNumber(exchange, exchange.param('id'));
    if (record === undefined) throw new UserError(webErrors.apiNoRecord, { id: exchange.param('id') });
    const all = await exchange.timing.sql(() => filesOf(files.database, record));
    const visible = all.filter(({ status }) => mayRead(exchange, status));
    return exchange.reply
      .header('cache-control', 'private, no-cache')
      .send({ files: visible.map((file) => describe(exchange, file)) });
  });

  get('/api/records/:id/file-events', async (exchange) => {
    const { person, snapshot } = exchange;
    if (!may(snapshot.site, person, 'runbibdocfile'))
      throw new UserError(webErrors.apiNotAllowed, { action: 'runbibdocfile' });
    const record = recordNumber(exchange, exchange.param('id'));
    if (record === undefined) throw new UserError(webErrors.apiNoRecord, { id: exchange.param('id') });
    const all = await exchange.timing.sql(() => eventsOf(files.database, record, mostEvents));
    // Who may not see a document, or might not at any time, is told nothing of it.
    const isOpen = (status: string | null): boolean =>
      status === null || status === 'DELETED' || mayRead(exchange, status);
    const closed = new Set(
      all.filter(({ status, statusNow }) => !isOpen(status) || !isOpen(statusNow)).map(({ document }) => document),
    );
    const told = all
      .filter(({ document }) => !closed.has(document))
      .map(({ at, status: _, statusNow: __, document: ___, ...event }) => ({ at: at.toISOString(), ...event }));
    return exchange.reply.header('cache-control', 'private, no-store').send({ events: told });
  });

  post('/api/records/:id/files', async (exchange) => {
    const { person, snapshot, args } = exchange;
    if (!may(snapshot.site, person, 'runbibdocfile'))
      throw new UserError(webErrors.apiNotAllowed, { action: 'runbibdocfile' });
    const record = recordNumber(exchange, exchange.param('id'));
    if (record === undefined) throw new UserError(webErrors.apiNoRecord, { id: exchange.param('id') });
    const name = parseFileName(args.get('name') ?? '');
    const status = checkText('status', args.get('status') ?? undefined);
    const description = checkText('description', args.get('description') ?? undefined);
    const { body } = exchange.request;
    if (!(body instanceof Readable)) throw new UserError(webErrors.apiNoBytes);
    const content = await receive(files.store, body, files.limit);
    const wanted = {
      ...{ record, ...name, ...content, person: person.name },
      ...{ status, description },
    };
    const maySee = (kept: string): boolean => mayRead(exchange, kept);
    const added = await changeOnce(
      files,
      exchange,
      async (transaction) => {
        await lockForDocuments(transaction, record);
        const done = await addFile(transaction, files.store, wanted, maySee);
        const isOpen = (await documentStatus(transaction, record, name.document)) === '';
        const change = { person: person.name, reason: `file ${done.name}`, always: done.isNew && isOpen };
        await writeDocumentLinks(transaction, analyzerOf(snapshot.site), record, change);
        return done;
      },
      content.digest,
    );
    return exchange.reply
      .code(added.isNew ? 201 : 200)
      .header('cache-control', 'no-store')
      .header('location', exchange.page.baseUrl + fileAddress(record, added.name))
      .send(added);
  });

  remove('/api/records/:id/files/:name', async (exchange) => {
    const { person, snapshot, args } = exchange;
    if (!may(snapshot.site, person, 'runbibdocfile'))
      throw new UserError(webErrors.apiNotAllowed, { action: 'runbibdocfile' });
    const record = recordNumber(exchange, exchange.param('id'));
    if (record === undefined) throw new UserError(webErrors.apiNoRecord, { id: exchange.param('id') });
    const wanted = { record, name: exchange.param('name'), version: versionNumber(args.get('version')) };
    const actor = { name: person.name ?? 'guest', address: exchange.request.ip };
    const removed = await changeOnce(
      files,
      exchange,
      async (transaction) => {
        await lockForDocuments(transaction, record);
        const done = await removeFile(transaction, wanted, (status) => mayRead(exchange, status), person.name);
        const change = { person: person.name, reason: `file removed ${done.name}`, always: false };
        await writeDocumentLinks(transaction, analyzerOf(snapshot.site), record, change);
        await audit(transaction, actor, 'file removed', fileSubject(done), { versions: done.versions });
        return done;
      },
      'DELETE',
    );
    return exchange.reply.header('cache-control', 'no-store').send(removed);
  });
}

/**
 * Of a parameter; undefined: all versions. Throws for what is no number: it must not remove all.
 */
function versionNumber(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UserError(fileErrors.versionWrong, { text });
}

/** With an Idempotency-Key, once. `content` is what is sent besides the address. */
function changeOnce<T extends object>(
  { database }: WebFiles,
  exchange: Exchange,
  change: (transaction: Transaction) => Promise<T>,
  content: string,
): Promise<T> {
  return doOnce(database, exchange, { scope: 'files', asked: `${exchange.request.url}\n${content}` }, change);
}

/** Of one record, the newest. */
const mostEvents = 1_000;

/** The document that is asked for; undefined: there is none that this person may see. */
async function findFile(
  exchange: Exchange,
  { database }: WebFiles,
  record: number,
  name: string,
): Promise<DocumentFile | undefined> {
  const version = Number(exchange.args.get('version') ?? 0);
  // "site_logo.gif?subformat=icon", as links of Invenio are.
  const part = exchange.args.get('subformat') ?? '';
  const { document, format } = splitFileName(part === '' ? name : `${name};${part}`);
  const versions = await exchange.timing.sql(() => versionsOf(database, record, { document, format }));
  const file = versions.find((one) => (version > 0 ? one.version === version : one.newest));
  return file === undefined ||
    fileName(file) !== (part === '' ? name : `${name};${part}`) ||
    !mayRead(exchange, file.status)
    ? undefined
    : file;
}

/** The number of a record that this person may see. */
function recordNumber({ person, snapshot }: Exchange, text: string): number | undefined {
  const id = recordIdIn(text);
  return id !== undefined && mayShow(person, snapshot, id) === 'yes' ? id : undefined;
}

function describe(exchange: Exchange, file: DocumentFile): object {
  const { page } = exchange;
  const { record, version, newest, bytes, digest, status, description, comment, added } = file;
  const name = fileName(file);
  const url = page.baseUrl + fileAddress(record, name) + (newest ? '' : `?version=${version}`);
  const thumbnail = hasThumbnail(exchange, file) ? { thumbnail: page.baseUrl + thumbnailAddress(file, 'large') } : {};
  return {
    ...{ name, version, newest, bytes, sha256: digest, status, description, added: added.toISOString(), url },
    ...(comment === '' ? {} : { comment }),
    ...thumbnail,
  };
}
