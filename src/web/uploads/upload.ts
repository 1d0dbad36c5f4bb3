import { createHash, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { changesSome, editActions, uploadActions } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import { parseFileName } from '../../files/names.ts';
import { receive } from '../../files/receive.ts';
import { fileOfJob } from '../../jobs/queue/job-file.ts';
import { requireJob } from '../../jobs/queue/read.ts';
import { beginDocumentUpload, documentInName } from '../../library/document-upload.ts';
import { recordsFile } from '../../library/upload-kind.ts';
import type { WriteMode } from '../../records/modes.ts';
import { listUploads, readUploadRecords } from '../../records/uploads.ts';
import { doneText, formRoutes, given, problemText, signedInWithSession } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Answering, beginExchange, type Exchange } from '../exchange/exchange.ts';
import { requireFormToken } from '../exchange/form-token.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import { visitorOf } from '../exchange/visitor.ts';
import type { WebFiles } from '../exchange/web-files.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { webErrors } from '../http/errors.ts';
import { documentByReport } from './document-names.ts';
import { uploadErrors } from './errors.ts';
import { fileTaker } from './form-files.ts';
import { FormWithFiles, isMultipart, readMultipart } from './multipart.ts';
import { previewOf } from './preview.ts';
import { sentFrom } from './readers.ts';
import { modeOf, takeUpload } from './take.ts';
import { type Confirmation, previewPage, uploadFormPage, uploadPage } from './upload-page.ts';
import { requireUpload } from './uploads-api.ts';

/** In one form. */
const mostDocuments = 200;
const listed = 20;
const troubleShown = 100;

/** Records that people send by a page: first what would happen, then a button that does it. */
export function uploadPageRoutes(
  app: FastifyInstance,
  environment: WebEnvironment,
  uploads: WebUploads,
  files: WebFiles,
): void {
  const { database } = uploads;
  const { get, post } = formRoutes(app, environment);
  const guarded =
    (answer: Answering): Answering =>
    async (exchange) => {
      if (signedInWithSession(exchange) === undefined) return exchange.reply;
      const { person, snapshot } = exchange;
      return changesSome(person, snapshot, uploadActions) ? await answer(exchange) : sendNotAllowed(exchange);
    };

  const show = async (exchange: Exchange, problem?: string, status = 200) => {
    const { person, snapshot } = exchange;
    const { rows } = await listUploads(database, { person: person.name ?? '', offset: 0, limit: listed });
    const model = { uploads: rows, problem, edits: changesSome(person, snapshot, editActions) };
    const typed = { mode: modeIn(exchange) ?? 'insert', text: given(exchange, 'text') } as const;
    return sendHtml(exchange, uploadFormPage(at(exchange, '/upload'), { ...model, ...typed }), status);
  };

  const look: Answering = async (exchange) => {
    const { body } = exchange.request;
    try {
      const file = body instanceof FormWithFiles ? body.file : undefined;
      const text = given(exchange, 'text');
      if (file === undefined && text === '') throw new UserError(uploadErrors.empty);
      const mode = modeOf(given(exchange, 'mode'));
      const name = file?.name ?? 'pasted';
      // Kept until it is written, or for as long as contents without a name are.
      const content = file?.content ?? (await receive(files.store, Readable.from([Buffer.from(text)]), uploads.limit));
      const { digest } = content;
      const sent = await sentFrom(exchange, await files.store.read(digest), uploads, content);
      if (sent.kind === 'few') {
        const preview = await previewOf(database, exchange, sent, mode);
        return sendHtml(exchange, previewPage(at(exchange, '/upload'), preview, proven(exchange, digest, name, mode)));
      }
      const wanted = { way: 'web', name, mode, force: false, dryRun: true } as const;
      const { upload } = await takeUpload(database, exchange, sent, wanted);
      return exchange.reply.redirect(`/upload/${upload}`, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return show(exchange, text, status);
    }
  };

  const takeDocuments: Answering = async (exchange) => {
    const { body } = exchange.request;
    try {
      const sent = body instanceof FormWithFiles ? body.files : [];
      if (sent.length === 0) throw new UserError(uploadErrors.noFiles);
      if (sent.length > mostDocuments) throw new UserError(uploadErrors.tooManyFiles, { limit: mostDocuments });
      const mode = given(exchange, 'mode') === 'revise' ? 'revise' : 'append';
      const documents = sent.map(({ name, content }) => {
        const found = documentInName(name) ?? documentByReport(exchange, name);
        if (found === undefined) throw new UserError(uploadErrors.fileName, { name });
        parseFileName(found.name);
        return { ...found, content: content! };
      });
      const { name: person, scopes } = exchange.person;
      const name = sent.length === 1 ? sent[0]!.name : `${sent[0]!.name} + ${sent.length - 1}`;
      const by = { person, scopes, way: 'web', name, mode } as const;
      const upload = await beginDocumentUpload(database, files.store, documents, by);
      return exchange.reply.redirect(`/upload/${upload}?done=upload_written`, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return show(exchange, text, status);
    }
  };

  get(
    '/upload',
    guarded((exchange) => show(exchange)),
  );

  app.register(async (page) => {
    // Nobody else's file is taken: who sends it is looked at before its first byte is read.
    page.addHook('preParsing', async (request, reply, payload) => {
      if (!isMultipart(request.headers['content-type'])) return payload;
      const { person, snapshot } = beginExchange(environment, request, reply);
      const { signedIn } = visitorOf(request);
      if (signedIn?.session === undefined || !changesSome(person, snapshot, uploadActions))
        throw new UserError(webErrors.formExpired);
      return payload;
    });
    page.addContentTypeParser('multipart/form-data', readFileForm(environment, uploads, files));
    const { post: postFiles } = formRoutes(page, environment);
    postFiles('/upload', guarded(look));
    postFiles('/upload/documents', guarded(takeDocuments));
  });

  post(
    '/upload/write',
    guarded(async (exchange) => {
      try {
        const [digest, name, mode] = [
          given(exchange, 'digest'),
          given(exchange, 'name'),
          modeOf(given(exchange, 'mode')),
        ];
        const { proof } = proven(exchange, digest, name, mode);
        if (!isSame(proof, given(exchange, 'proof'))) throw new UserError(webErrors.formExpired);
        const content = { digest, bytes: (await files.store.size(digest)) ?? 0 };
        const sent = await sentFrom(exchange, await files.store.read(digest), uploads, content);
        const wanted = { way: 'web', name, mode, force: false, dryRun: false } as const;
        const { upload } = await takeUpload(database, exchange, sent, wanted);
        return exchange.reply.redirect(`/upload/${upload}?done=upload_written`, 303);
      } catch (error) {
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, text, status);
      }
    }),
  );

  get(
    '/upload/:id',
    guarded(async (exchange) => {
      const upload = await requireUpload(exchange, uploads, exchange.param('id')).catch(noneOfThem);
      if (upload === undefined) return sendNotFound(exchange);
      const { id, job: number, dryRun, ended, name, mode } = upload;
      const job = number === undefined ? undefined : await requireJob(database, number).catch(noneOfThem);
      const trouble = await readUploadRecords(database, id, { after: 0, limit: troubleShown, onlyTrouble: true });
      const file =
        dryRun && ended !== undefined && job !== undefined ? await fileOfJob(database, job.id, recordsFile) : undefined;
      const confirmation = file && proven(exchange, file.digest, name, mode);
      const page = at(exchange, `/upload/${id}`);
      return sendHtml(
        exchange,
        uploadPage(page, { upload, job, trouble, confirmation, done: doneText(page, exchange.args) }),
      );
    }),
  );
}

/** The token of the form comes before its files, and no other site can send it. */
function readFileForm({ baseUrl }: WebEnvironment, uploads: WebUploads, files: WebFiles) {
  return (request: FastifyRequest, body: unknown, done: (error: Error | null, form?: FormWithFiles) => void): void => {
    const type = request.headers['content-type'] ?? '';
    const isDocuments = request.url.startsWith('/upload/documents');
    const take = fileTaker(files, isDocuments ? files : uploads);
    readMultipart(body as AsyncIterable<Buffer>, type, (form) => {
      requireFormToken(request, baseUrl, form.get('form') ?? '');
      return take;
    }).then((form) => done(null, form), done);
  };
}

function at({ page }: Exchange, address: string): Exchange['page'] {
  return { ...page, address };
}

/** By the token of the forms of this session: nobody else can have made this page. */
function proven({ page, person }: Exchange, digest: string, name: string, mode: WriteMode): Confirmation {
  const proof = createHash('sha256')
    .update(JSON.stringify([page.formToken, person.name, digest, name, mode]))
    .digest('hex');
  return { digest, name, mode, proof };
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function modeIn(exchange: Exchange): WriteMode | undefined {
  try {
    return modeOf(given(exchange, 'mode'));
  } catch {
    return undefined;
  }
}

function noneOfThem(error: unknown): undefined {
  if (error instanceof UserError && error.status < 500) return undefined;
  throw error;
}
