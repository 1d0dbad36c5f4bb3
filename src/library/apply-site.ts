import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { nodesBehind, nodeText } from '../index/nodes-behind.ts';
import { takesNewest, takeWhenEmpty } from '../index/rebuild.ts';
import { appliedEntries } from '../knowledge/applied.ts';
import { createUsers, hashPasswords, missingUsers } from '../people/site-users.ts';
import { indexingReasons } from '../site/differences.ts';
import { indexDigest } from '../site/digest.ts';
import { siteErrors } from '../site/errors.ts';
import { type IndexVersions, newestVersions } from '../site/index-versions.ts';
import type { SiteBases } from '../site/library-bases.ts';
import { parseSite, type SiteChecks } from '../site/parse.ts';
import type { Site, SiteUser } from '../site/site.ts';
import {
  currentOrNone,
  currentSource,
  filesToStore,
  readSite,
  type SiteVersion,
  siteDigest,
  stored,
  versionsInForce,
} from '../site/versions.ts';
import type { Database, Queryable } from '../store/database.ts';
import { type IndexingTime, indexingTime } from './indexing-time.ts';

export interface AppliedSite {
  readonly version: SiteVersion;
  /** False: the same text was already applied, so nothing was done. */
  readonly changed: boolean;
  /** The index must be rebuilt; the indexer notices that by itself. */
  readonly needsReindexing: boolean;
  /** Why, as parts of a sentence. */
  readonly reasons: readonly string[];
  /** How long it would take, in a dry run. */
  readonly time?: IndexingTime;
  /** Names of people made. */
  readonly created: readonly string[];
}

export interface ApplyOptions {
  /** Tells what would be done. */
  readonly dryRun?: boolean;
  readonly checks?: SiteChecks;
  /** How to call the file in messages. */
  readonly file?: string;
}

/**
 * Applies a site file in one transaction and wakes all nodes. Applying the current file does
 * nothing. People are created when the file first names them; people whom the previous version
 * already named keep later changes from the pages, such as a new password or a deletion.
 */
export async function applySite(database: Database, text: string, options: ApplyOptions = {}): Promise<AppliedSite> {
  // It extends the built-in file of the current analysis; for a new library that is the newest.
  const isNew = await takesNewest(database);
  if (isNew && options.dryRun !== true) await takeWhenEmpty(database);
  const inForce = isNew ? newestVersions : await versionsInForce(database);
  const bases = await basesOf(database, text, inForce);
  const { site, files } = readSite(text, options.file ?? 'The site file', { ...options.checks, inForce, bases });
  const isNewer = site.extends !== undefined || site.libraryBases.length > 0;
  if (isNewer && options.dryRun !== true) await requireReaders(database);
  const digest = siteDigest(text, files);
  // Hashing is slow on purpose, so it is done before anything is locked.
  const before = await currentOrNone(database);
  const hashes = await hashPasswords(options.dryRun ? [] : newUsers(site, before?.site));
  return database.transaction(async (transaction) => {
    await transaction.query(sql`LOCK TABLE site_version IN SHARE ROW EXCLUSIVE MODE`);
    const current = await currentOrNone(transaction);
    const version = { site, source: text, digest, indexDigest: indexDigest(site) };
    if (current?.digest === digest)
      return {
        version: { ...version, number: current.number },
        changed: false,
        needsReindexing: false,
        reasons: [],
        created: [],
      };
    const number = (current?.number ?? 0) + 1;
    const users = newUsers(site, current?.site);
    const needsReindexing =
      (current?.site === undefined || indexDigest(current.site) !== version.indexDigest) &&
      (await hasRecords(transaction));
    const reasons = !needsReindexing
      ? []
      : current?.site === undefined
        ? ['the current site file cannot be read by this release']
        : indexingReasons(current.site, site);
    const result = { version: { ...version, number }, changed: true, needsReindexing, reasons };
    if (options.dryRun) {
      const time = needsReindexing ? await indexingTime(transaction, site) : undefined;
      return { ...result, ...(time && { time }), created: await missingUsers(transaction, users) };
    }
    await transaction.query(sql`
      INSERT INTO site_version (number, source, digest, index_digest, files)
      VALUES (${number}, ${text}, ${digest}, ${version.indexDigest}, ${filesToStore(files)}::jsonb)
    `);
    const created = await createUsers(transaction, users, hashes);
    await transaction.query(sql`SELECT pg_notify('reperio_index', '')`);
    return { ...result, created };
  });
}

/**
 * Applies the site file in force once more, with the knowledge bases of the library as they are
 * now. Nothing is done when they are as they were.
 */
export async function applyKnowledge(database: Database, options: ApplyOptions = {}): Promise<AppliedSite> {
  const current = await currentSource(database);
  const { files } = stored(current);
  return await applySite(database, current.source, { ...options, checks: { ...options.checks, files } });
}

/** The knowledge bases that a site file leaves to the library. */
async function basesOf(database: Queryable, text: string, inForce: IndexVersions): Promise<SiteBases> {
  const wanted: string[] = [];
  parseSite(text, { inForce, bases: (name) => void wanted.push(name) });
  const found = new Map<string, Readonly<Record<string, string>>>();
  for (const name of wanted) {
    const entries = await appliedEntries(database, name);
    if (entries !== undefined) found.set(name, entries);
  }
  return (name) => found.get(name);
}

/**
 * Nodes of releases that know neither `extends` nor bases of the library would be left without a
 * site file.
 */
async function requireReaders(database: Queryable): Promise<void> {
  const behind = (await nodesBehind(database, newestVersions)).filter(({ runs }) => runs);
  if (behind.length > 0) throw new UserError(siteErrors.olderNodes, { nodes: behind.map(nodeText).join(', ') });
}

async function hasRecords(database: Queryable): Promise<boolean> {
  const [found] = await database.query<{ any: boolean }>(sql`SELECT EXISTS (SELECT FROM record) AS any`);
  return found?.any === true;
}

function newUsers(site: Site, before: Site | undefined): readonly SiteUser[] {
  const known = new Set(before?.users.map((user) => user.name));
  return site.users.filter((user) => !known.has(user.name));
}
