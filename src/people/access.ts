import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Database } from '../store/database.ts';
import { listen } from '../store/listen.ts';
import { type Account, type AccountRow, accountColumns, accountOf } from './account.ts';
import { type AccessChange, accessChannel, readChange } from './channel.ts';
import { type Role, readPeopleRoles } from './roles.ts';
import type { Scope } from './scopes.ts';
import { isSecret, secretHash } from './secrets.ts';

/** What a request brings to say who asks. */
export type Credential = { readonly kind: 'session' | 'token'; readonly secret: string };

/** Somebody who signed in, and by what. */
export interface SignedIn {
  readonly account: Account;
  /** Undefined: an API token. */
  readonly session: SessionFacts | undefined;
  /** Of the token; undefined: everything. */
  readonly scopes: readonly Scope[] | undefined;
}

export interface SessionFacts {
  readonly number: number;
  readonly hash: Buffer;
  readonly created: Date;
}

/** What one process keeps of people and roles, so that a decision costs no SQL. */
export interface Access {
  readonly database: Database;
  /** Roles that people made. At most a minute old, and a moment after a change. */
  peopleRoles(): readonly Role[];
  /**
   * Who that is; undefined when nobody, or no longer. One statement when it was not asked within
   * the last minute, else none.
   */
  signedIn(credential: Credential): Promise<SignedIn | undefined>;
  /** Was it somebody's a short while ago? Without SQL. */
  knows(credential: Credential): boolean;
  /**
   * Forgets at once what a change of this process made untrue; other processes are told by the
   * database.
   */
  forget(change: AccessChange): void;
  /** Resolves when roles committed before the call are known. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** Bounds of the caches. Roles: all of them, read again when told and each minute. */
const keptFor = 60_000;
/**
 * Signed-in people: this many, each with the few hundred bytes of an account; the one read longest
 * ago goes first.
 */
const peopleKept = 10_000;

interface Kept {
  readonly signedIn: SignedIn;
  /** When it was read, and when session or token end, in ms since 1970. */
  readonly read: number;
  readonly ends: number;
}

export interface AccessOptions {
  readonly database: Database;
  readonly url: string;
  readonly signal?: AbortSignal;
}

/** Reads the roles and listens for changes until closed. */
export async function openAccess({ database, url, signal }: AccessOptions): Promise<Access> {
  const stop = new AbortController();
  signal?.addEventListener('abort', () => stop.abort(), { once: true });
  const kept = new Map<string, Kept>();
  let roles = await readPeopleRoles(database);
  // What is read while a change comes in may be from before it: it is used, and not kept.
  let changes = 0;
  let running: Promise<void> = Promise.resolve();

  const readRoles = (): Promise<void> => {
    running = running
      .catch(() => {})
      .then(async () => {
        roles = await readPeopleRoles(database);
      });
    return running;
  };
  const forget = (change: AccessChange | undefined): void => {
    changes++;
    if (change === undefined) kept.clear();
    else if (change.kind === 'session') kept.delete(`session ${change.hash}`);
    else if (change.kind === 'person') {
      for (const [key, { signedIn }] of kept) if (signedIn.account.id === change.id) kept.delete(key);
    }
  };
  const onWake = (payload: string | undefined): void => {
    const change = readChange(payload);
    forget(change);
    // While the database is away the roles of before stand; the next round looks again.
    if (change === undefined || change.kind === 'roles') readRoles().catch(() => {});
  };
  const listening = listen(url, accessChannel, onWake, stop.signal);
  const rolesTimer = setInterval(() => readRoles().catch(() => {}), keptFor).unref();

  async function signedIn({ kind, secret }: Credential): Promise<SignedIn | undefined> {
    if (!isSecret(secret)) return undefined;
    const hash = secretHash(secret);
    const key = keyOf(kind, hash);
    const now = Date.now();
    const before = kept.get(key);
    if (before !== undefined && before.read + keptFor > now) return before.ends > now ? before.signedIn : undefined;
    const startedAt = changes;
    const found = await (kind === 'session' ? readSession : readToken)(database, hash).catch((error: unknown) => {
      // While the database is away searching goes on, and everyone whose session is not known is a
      // guest.
      if (error instanceof UserError && error.status === 503) return 'away' as const;
      throw error;
    });
    if (found === 'away') return undefined;
    kept.delete(key);
    if (found === undefined || found.ends <= now) return undefined;
    if (changes === startedAt) {
      const [oldest] = kept.keys();
      if (kept.size >= peopleKept && oldest !== undefined) kept.delete(oldest);
      kept.set(key, { ...found, read: now });
    }
    return found.signedIn;
  }

  return {
    database,
    peopleRoles: () => roles,
    signedIn,
    knows: ({ kind, secret }) => isSecret(secret) && kept.has(keyOf(kind, secretHash(secret))),
    forget,
    refresh: readRoles,
    close: async () => {
      clearInterval(rolesTimer);
      stop.abort();
      await listening;
      await running.catch(() => {});
    },
  };
}

function keyOf(kind: Credential['kind'], hash: Buffer): string {
  return `${kind} ${hash.toString('hex')}`;
}

interface SessionRow extends AccountRow {
  readonly number: number;
  readonly session_created: Date;
  readonly last_seen: Date;
  readonly lifetime: number;
}

/**
 * Shorter than `keptFor`, so that a session in use is written about once a minute, and no oftener.
 * ms.
 */
const seenAfter = 50_000;

/** One statement, by primary keys. */
async function readSession(database: Database, hash: Buffer): Promise<Omit<Kept, 'read'> | undefined> {
  const [row] = await database.query<SessionRow>(sql`
    SELECT ${accountColumns}, s.number, s.created AS session_created, s.last_seen, s.lifetime
    FROM session s JOIN person p ON p.id = s.person_id WHERE s.id_hash = ${hash} AND p.state = 'active'
  `);
  if (row === undefined) return undefined;
  const seen = row.last_seen.getTime();
  const ends = seen + row.lifetime * 1000;
  if (ends > Date.now() && seen + seenAfter < Date.now()) {
    // Nobody waits for it, and a session goes on when it fails.
    database
      .query(
        sql`UPDATE session SET last_seen = now() WHERE id_hash = ${hash} AND last_seen < now() - interval '50 seconds'`,
      )
      .catch(() => {});
  }
  const session = { number: row.number, hash, created: row.session_created };
  return { signedIn: { account: accountOf(row), session, scopes: undefined }, ends };
}

interface TokenRow extends AccountRow {
  readonly scopes: readonly Scope[];
  readonly expires: Date | null;
}

async function readToken(database: Database, hash: Buffer): Promise<Omit<Kept, 'read'> | undefined> {
  const [row] = await database.query<TokenRow>(sql`
    SELECT ${accountColumns}, t.scopes, t.expires
    FROM api_token t JOIN person p ON p.id = t.person_id WHERE t.hash = ${hash} AND p.state = 'active'
  `);
  if (row === undefined) return undefined;
  database
    .query(sql`
      UPDATE api_token SET last_used = now()
      WHERE hash = ${hash} AND (last_used IS NULL OR last_used < now() - interval '50 seconds')
    `)
    .catch(() => {});
  const ends = row.expires?.getTime() ?? Number.POSITIVE_INFINITY;
  return { signedIn: { account: accountOf(row), session: undefined, scopes: row.scopes }, ends };
}
