import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { changesSome, uploadActions } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import { requireAccount } from '../../people/people.ts';
import { personFor } from '../../people/person-for.ts';
import type { WriteMode } from '../../records/modes.ts';
import type { Exchange, Routes } from '../exchange/exchange.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { uploadErrors } from './errors.ts';
import { bytesOf, fileTaker } from './form-files.ts';
import { isMultipart, readMultipart } from './multipart.ts';
import { sentFrom } from './readers.ts';
import { requireCallback } from './records-api.ts';
import { robotOf } from './robots.ts';
import { takeUpload } from './take.ts';

/** Names of modes in scripts of Invenio. */
const modes: Readonly<Record<string, WriteMode>> = {
  insert: 'insert',
  i: 'insert',
  replace: 'replace',
  r: 'replace',
  insertorreplace: 'insert-or-replace',
  replaceorinsert: 'insert-or-replace',
  ir: 'insert-or-replace',
  correct: 'correct',
  c: 'correct',
  reference: 'correct',
  z: 'correct',
  append: 'append',
  a: 'append',
  delete: 'delete',
  d: 'delete',
  holdingpen: 'hold',
  hold: 'hold',
  o: 'hold',
};

/**
 * Uploads by scripts as they were written for Invenio: /batchuploader/robotupload/MODE with the
 * file as its body, or /batchuploader/robotupload with a form that has `file` and `mode`. Answers
 * one line of text, [INFO] or [ERROR].
 */
export function robotRoutes({ post, put }: Pick<Routes, 'post' | 'put'>, uploads: WebUploads): void {
  const answer = async (exchange: Exchange): Promise<FastifyReply> => {
    try {
      return await take(exchange, uploads);
    } catch (error) {
      if (!(error instanceof UserError) || error.status >= 500) throw error;
      return text(exchange, error.status, `[ERROR] ${error.message} ${error.hint}`);
    }
  };
  for (const path of ['/batchuploader/robotupload', '/batchuploader/robotupload/:mode']) {
    post(path, answer);
    put(path, answer);
  }
}

async function take(given: Exchange, uploads: WebUploads): Promise<FastifyReply> {
  const exchange = await asRobot(given, uploads);
  const { request, args } = exchange;
  const type = request.headers['content-type'];
  const form =
    isMultipart(type) && request.body instanceof Readable
      ? await readMultipart(request.body, type!, () => fileTaker(exchange.environment.files, uploads))
      : undefined;
  const asked = (name: string): string | undefined => form?.get(name) ?? args.get(name) ?? undefined;
  const word = exchange.param('mode') || asked('mode') || '';
  if (word === '') throw new UserError(uploadErrors.robotMode);
  const mode = modes[word.toLowerCase().replace(/[^a-z]/g, '')];
  if (mode === undefined) throw new UserError(uploadErrors.modeWrong, { mode: word, meant: '' });
  const callback = asked('callback_url');
  requireCallback(callback, uploads);
  const pasted = form?.file === undefined ? (form?.get('file') ?? undefined) : undefined;
  const file = form?.file;
  const body = form === undefined ? request.body : await bytesOf(exchange.environment.files, file, pasted);
  const sent = await sentFrom(exchange, body, uploads, file?.content);
  const taken = await takeUpload(uploads.database, exchange, sent, {
    ...{ name: form?.file?.name ?? 'batchupload', mode, callback, nonce: asked('nonce') },
    ...{ callbackForm: asked('special_treatment') === 'oracle', force: false, dryRun: false },
    way: 'robot',
  });
  const said = `[INFO] bibupload batchupload --${mode} upload ${taken.upload}`;
  if (taken.kind === 'job') return text(exchange, 200, said);
  const refused = taken.results.filter(({ outcome }) => outcome === 'refused');
  const lines = refused.map(({ message, hint }) => `${message} ${hint}`);
  if (refused.length === taken.results.length)
    return text(exchange, 422, [`[ERROR] All records of upload ${taken.upload} were refused.`, ...lines].join('\n'));
  return text(exchange, 200, [said, ...lines.map((line) => `[WARNING] ${line}`)].join('\n'));
}

/**
 * By a token, or by where it comes from and what it calls itself: see `robots` of the site file.
 * Never by the session of a browser, which somebody else's page could use.
 */
async function asRobot(exchange: Exchange, { database }: WebUploads): Promise<Exchange> {
  const { request, snapshot, environment, signedIn } = exchange;
  let { person } = exchange;
  const isToken = signedIn !== undefined && signedIn.session === undefined;
  if (!isToken) {
    const agent = request.headers['user-agent'] ?? '';
    const robot = robotOf(snapshot.site, request.ip, agent);
    if (robot === undefined) throw new UserError(uploadErrors.robotUnknown, { address: request.ip, agent });
    const account = await requireAccount(database, robot.person);
    if (account.state !== 'active') throw new UserError(uploadErrors.robotUnknown, { address: request.ip, agent });
    const visit = { address: request.ip, agent, referer: undefined, uri: request.url, now: Date.now() };
    person = personFor(snapshot.site, environment.people?.access.peopleRoles() ?? [], account, visit);
  }
  if (!changesSome(person, snapshot, uploadActions)) throw new UserError(uploadErrors.robotMay);
  return { ...exchange, ...exchange.as({ snapshot, person }) };
}

function text({ reply }: Exchange, status: number, line: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(`${line}\n`);
}
