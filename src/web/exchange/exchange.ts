import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, asking, type Wanted } from '../../access/ask.ts';
import type { ChangesBy } from '../../access/cataloguers.ts';
import type { RecordsFound } from '../../access/findings.ts';
import { mayEditSome } from '../../access/may-edit.ts';
import { isOpenTo } from '../../access/visible.ts';
import { changesSome, uploadActions } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import type { RecordVersion } from '../../index/entry.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import type { StoredBatch } from '../../index/stored-records.ts';
import type { Work } from '../../index/work.ts';
import type { SignedIn } from '../../people/access.ts';
import { may, type Person } from '../../people/person.ts';
import { createPatterns, type Patterns } from '../../search/evaluate/patterns.ts';
import type { SearchRequest } from '../../search/request.ts';
import { readCookie } from '../http/cookies.ts';
import { ownAddress } from '../http/own-address.ts';
import type { PageContext, Theme } from '../ui/page-context.ts';
import { negotiateLanguage, type Translator } from '../ui/translations.ts';
import { answeredAsHeld } from './caching.ts';
import { isDatabaseAway } from './database-away.ts';
import type { WebEnvironment } from './environment.ts';
import { type FoundRecord, findRecord } from './find-record.ts';
import { formToken } from './form-token.ts';
import { stagesOf } from './profile-asked.ts';
import { type ReadVersion, RecordTooLarge, readVersion } from './read-version.ts';
import { stillOpen } from './still-open.ts';
import { Timing } from './timing.ts';
import { personOf, visitorOf } from './visitor.ts';

/**
 * One question to the server and its answer: one snapshot, one person, one clock. All that a
 * handler needs.
 */
export interface Exchange {
  readonly environment: WebEnvironment;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly snapshot: IndexSnapshot;
  readonly person: Person;
  /** The account behind the person; undefined for a guest. */
  readonly signedIn: SignedIn | undefined;
  readonly page: PageContext;
  readonly args: URLSearchParams;
  readonly timing: Timing;
  /** Asks the library as this person, in turns with what others have asked. */
  readonly ask: (request: SearchRequest, wanted?: Wanted) => Promise<Answer>;
  /** Other work of the search engine, likewise. */
  readonly work: <T>(work: Work<T>) => Promise<T>;
  /**
   * The wildcards and regular expressions of this question and of all that stands beside its
   * answer: they have one time together.
   */
  readonly patterns: Patterns;
  /** A part of the path, by its name in the route. */
  param(name: string): string;
  /**
   * Says, and has answered 304, that the client holds this answer already: before any work. `what`:
   * the kind of answer, and whatever decides it that is not in the address, the library, the person
   * and how they like pages.
   */
  isFresh(what?: string): boolean;
  /** Answers as for an address that there is not. */
  notFound(): FastifyReply;
  /**
   * A record by its number as it was typed: looks for it, and decides what of it may be told to
   * this person.
   */
  record(id: string): Promise<FoundRecord>;
  /**
   * The first of these records, as many as are small enough together, for what can do without: none
   * at all while the database is away.
   */
  readonly recordsIfThere: (ids: readonly number[]) => Promise<ReadonlyMap<number, RecordVersion>>;
  /**
   * The first of them in stored form, as many as have `bytes` characters together: what lists and
   * exports read.
   */
  readonly stored: (ids: readonly number[], bytes: number) => Promise<StoredBatch>;
  /** What is to be different of an exchange that answers for somebody else, or by another view. */
  readonly as: (by: Pick<Exchange, 'snapshot' | 'person'>) => Pick<Exchange, 'snapshot' | 'person' | 'stored'>;
  /** Versions of a record, whoever asks: see access/history.ts. */
  readonly history: WebEnvironment['library']['history'];
  /** One of them, as far as it is read here; undefined: there is none. */
  readonly revision: (id: number, revision: number) => Promise<ReadVersion | undefined>;
  /** What cataloguer: needs to know is read before the search. */
  readonly changedBy: ChangesBy;
  /** The same for finding:. */
  readonly recordsFound: RecordsFound;
  /** The newest view of the index, for answers that take long. */
  readonly newest: () => IndexSnapshot;
  /** Lets pages go first; see web/limits/traffic.ts. */
  readonly giveWay: () => Promise<void>;
}

/** What can do without the database does not wait for it longer. Milliseconds. */
const impatience = 300;
/** What a page reads to say where words were found. Records of 200 authors have 50 kB. */
const fragmentBytes = 2 * 1024 * 1024;

export function beginExchange(environment: WebEnvironment, request: FastifyRequest, reply: FastifyReply): Exchange {
  const timing = new Timing(stagesOf(request));
  const snapshot = environment.library.snapshot();
  const args = new URLSearchParams(request.url.split('?').slice(1).join('?'));
  const person = personOf(request, snapshot.site, environment.people?.access);
  const { library } = environment;
  const storedFor =
    (by: Pick<Exchange, 'snapshot' | 'person'>, patience?: number): Exchange['stored'] =>
    (ids, bytes) =>
      timing.sql(async () => stillOpen(library, by, await library.stored(ids, bytes, patience)));
  const stored = storedFor({ snapshot, person });
  const { limits } = environment;
  const work = <T>(asked: Work<T>): Promise<T> => timing.searchInTurns(asked, limits.beginWork(request));
  let patterns: Patterns | undefined;
  // Their time begins when something is asked.
  const allPatterns = (): Patterns => (patterns ??= createPatterns(limits.patternTime()));
  const reader = {
    ...{ snapshot, person },
    version: async (id: number) => {
      const { rows } = await stored([id], 1);
      return rows[0] && readVersion(rows[0]);
    },
    before: (id: number) => timing.sql(() => environment.library.before(id)),
  };
  return {
    ...{ environment, request, reply },
    ask: (asked, wanted) => work(asking(snapshot, person, asked, { ...wanted, patterns: allPatterns() })),
    work,
    get patterns() {
      return allPatterns();
    },
    snapshot,
    person,
    signedIn: visitorOf(request).signedIn,
    page: pageContext(environment, request, snapshot, person, args),
    args,
    timing,
    param: (name) => (request.params as Readonly<Record<string, string>>)[name] ?? '',
    isFresh(what = 'html') {
      return answeredAsHeld(this, what);
    },
    notFound: () => {
      reply.callNotFound();
      return reply;
    },
    record: (id) => findRecord(reader, id),
    recordsIfThere: async (ids) => {
      if (ids.length === 0) return new Map();
      try {
        const { rows } = await storedFor({ snapshot, person }, impatience)(ids, fragmentBytes);
        return new Map(rows.map((row) => [row.id, readVersion(row)]));
      } catch (error) {
        if (error instanceof UserError && error.status === 503) return new Map();
        throw error;
      }
    },
    stored,
    as: (by) => ({ ...by, stored: storedFor(by) }),
    history: (id, part) => timing.sql(() => environment.library.history(id, part)),
    revision: async (id, revision) => {
      const row = await timing.sql(() => environment.library.revision(id, revision));
      return row && readVersion(row);
    },
    changedBy: (asked) => timing.sql(() => environment.library.changedBy(asked)),
    recordsFound: (rule, person, snapshot) =>
      timing.sql(() => environment.library.recordsFound(rule, person, snapshot)),
    newest: () => environment.library.snapshot(),
    giveWay: () => environment.limits.traffic.giveWay(),
  };
}

/** Answers by the reply of the exchange. */
export type Answering = (exchange: Exchange) => Promise<FastifyReply> | FastifyReply;

export interface RouteOptions {
  /** Bytes of a body; default: those of a form. */
  readonly bodyLimit?: number;
}

export interface Routes {
  readonly get: (path: string, answer: Answering) => void;
  readonly post: (path: string, answer: Answering, options?: RouteOptions) => void;
  readonly remove: (path: string, answer: Answering) => void;
  readonly put: (path: string, answer: Answering) => void;
  readonly patch: (path: string, answer: Answering) => void;
}

/** Adds routes whose handlers are told of a request by its exchange. */
export function routesOf(app: FastifyInstance, environment: WebEnvironment, begin = beginExchange): Routes {
  const add =
    (method: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH') =>
    (url: string, answer: Answering, options: RouteOptions = {}): void => {
      app.route({
        ...options,
        method,
        url,
        handler: async (request, reply) => answer(begin(environment, request, reply)),
      });
    };
  return { get: add('GET'), post: add('POST'), remove: add('DELETE'), put: add('PUT'), patch: add('PATCH') };
}

function pageContext(
  environment: WebEnvironment,
  request: FastifyRequest,
  snapshot: IndexSnapshot,
  person: Person,
  args: URLSearchParams,
): PageContext {
  const { site } = snapshot;
  const wanted = site.languages.filter((language) => environment.catalogues.has(language));
  const languages = wanted.length > 0 ? wanted : ['en'];
  const known = (language: string | undefined): string | undefined => languages.find((one) => one === language);
  const cookies = request.headers.cookie;
  const account = visitorOf(request).signedIn?.account;
  const language =
    known(args.get('ln') ?? undefined) ??
    known(readCookie(cookies, 'ln')) ??
    known(account?.preferences.language) ??
    negotiateLanguage(request.headers['accept-language'], languages) ??
    languages[0]!;
  const tr = environment.translator(language);
  const theme = readCookie(cookies, 'theme') ?? account?.preferences.theme;
  return {
    site,
    libraryName: tr.nameOf(site.names, site.name),
    ownPages: isOpenTo(person, snapshot) ? site.pages : [],
    tr,
    languages,
    theme: theme === 'light' || theme === 'dark' ? (theme satisfies Theme) : undefined,
    baseUrl: environment.baseUrl ?? ownAddress(request),
    address: request.url,
    assets: environment.assets(site).addresses,
    banners: bannersOf(environment, tr),
    account: account && {
      name: account.name,
      administers: may(site, person, 'cfgwebaccess'),
      sends: environment.uploads !== undefined && changesSome(person, snapshot, uploadActions),
      edits: mayEditSome(person, snapshot),
    },
    hasAccounts: environment.people !== undefined,
    leftOut: (id, error) =>
      error instanceof RecordTooLarge
        ? request.log.warn({ record: id, reason: error.message }, 'record left out')
        : request.log.error({ record: id, err: error }, 'record left out'),
    formToken: visitorOf(request).session === undefined ? undefined : formToken(request, environment.baseUrl),
  };
}

function bannersOf({ level, library }: WebEnvironment, tr: Translator): readonly string[] {
  const now = level();
  return [
    ...(now.level === 'open' ? [] : [tr.t(now.level === 'closed' ? 'layout.closed' : 'layout.read_only')]),
    ...(now.message === '' ? [] : [now.message]),
    ...(isDatabaseAway(library) ? [tr.t('layout.away')] : []),
  ];
}
