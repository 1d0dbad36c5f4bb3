import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { grouped } from '../errors/grouped.ts';
import type { Queryable } from '../store/database.ts';
import { defaultSite, defaultSiteText } from './default.ts';
import { digestOf, indexDigest } from './digest.ts';
import { siteErrors } from './errors.ts';
import { type IndexVersions, isEarlierAnalysis, knownPair, newestVersions, sameVersions } from './index-versions.ts';
import { type SiteBases, storedBases } from './library-bases.ts';
import { type ParsedSite, parseSite, type SiteChecks, type SiteProblem } from './parse.ts';
import type { SiteFiles } from './parse-appearance.ts';
import type { Site } from './site.ts';

/** A site file in force, or that was. */
export interface SiteVersion {
  readonly site: Site;
  /** 0: the built-in default. */
  readonly number: number;
  readonly source: string;
  /** Of the source and of the files that it names. */
  readonly digest: string;
  readonly indexDigest: string;
}

/** The site file in force, and by which versions the index is made. */
export interface CurrentSite extends SiteVersion {
  /**
   * `site.indexed` is the same, or the newest that this release knows where it does not know these.
   */
  readonly inForce: IndexVersions;
}

interface Row {
  readonly number: number;
  readonly source: string;
  readonly digest: string;
  /** By their paths, base64. */
  readonly files: Readonly<Record<string, string>>;
}

/** What was read last: every process asks for the same again and again. */
let last: CurrentSite | undefined;

/** What is in force, by number. */
export interface InForce extends IndexVersions {
  /** 0: the built-in default. */
  readonly number: number;
  /** Empty for the built-in default. */
  readonly digest: string;
}

/** For statements that read more beside it: the newest site file, or no row. */
export const newestSite = sql`(SELECT number, digest FROM site_version ORDER BY number DESC LIMIT 1)`;

/**
 * The site in force. One statement; the file is parsed only when it changed. Throws `storedWrong`
 * when this release refuses it.
 */
export async function currentSite(database: Queryable): Promise<CurrentSite> {
  const [found] = await database.query<InForce>(sql`
    SELECT coalesce(site.number, 0) AS number, coalesce(site.digest, '') AS digest, manifest.analysis, manifest.format
    FROM (SELECT * FROM manifest LIMIT 1) AS manifest LEFT JOIN ${newestSite} AS site ON true`);
  if (found === undefined) throw new Error('the manifest row is missing');
  return siteInForce(database, found);
}

/** The site of what was found in force; no statement when that was asked for before. */
export async function siteInForce(database: Queryable, found: InForce): Promise<CurrentSite> {
  const { number, digest, analysis, format } = found;
  const inForce = { analysis, format };
  const isSame = last?.number === number && (number === 0 || last.digest === digest);
  if (isSame && sameVersions(last!.inForce, inForce)) return last!;
  const indexed = knownPair(inForce) ?? newestVersions;
  // What a file extends may be another one now.
  const version = number === 0 ? builtIn(indexed) : await readVersion(database, number, indexed);
  // One object as long as nothing changes: what is compiled of a site is kept by it.
  const site = Object.freeze({ ...version.site, indexed });
  last = { ...version, site, indexDigest: indexDigest(site), inForce };
  return last;
}

/** An earlier site file, for an index of these versions. */
export async function siteAt(database: Queryable, number: number, indexed: IndexVersions): Promise<Site> {
  const { site } = number === 0 ? builtIn(indexed) : await readVersion(database, number, indexed);
  return { ...site, indexed };
}

async function readVersion(database: Queryable, number: number, inForce: IndexVersions): Promise<SiteVersion> {
  const [row] = await database.query<Row>(
    sql`SELECT number, source, digest, files FROM site_version WHERE number = ${number}`,
  );
  if (row === undefined) throw new Error(`site version ${number} is gone`);
  const { site, problems } = parseSite(row.source, { inForce, ...stored(row) });
  if (site === undefined) throw new UserError(siteErrors.storedWrong, { number, problems: listProblems(problems) });
  return { site, number, source: row.source, digest: row.digest, indexDigest: indexDigest(site) };
}

/** The versions of the index in force, or the newest where this release does not know them. */
export async function versionsInForce(database: Queryable): Promise<IndexVersions> {
  const [inForce] = await database.query<IndexVersions>(sql`SELECT analysis, format FROM manifest LIMIT 1`);
  return inForce === undefined ? newestVersions : (knownPair(inForce) ?? newestVersions);
}

/** The text in force, also when it has mistakes, and the files that it names. */
export async function currentSource(database: Queryable): Promise<Row> {
  const [row] = await database.query<Row>(
    sql`SELECT number, source, digest, files FROM site_version ORDER BY number DESC LIMIT 1`,
  );
  if (row !== undefined) return row;
  const source = defaultSiteText(await versionsInForce(database));
  return { number: 0, source, digest: digestOf(source), files: {} };
}

/** What a site version has with it. */
export function stored({ files }: Pick<Row, 'files'>): { readonly files: SiteFiles; readonly bases: SiteBases } {
  return {
    files: (path) => (Object.hasOwn(files, path) ? Buffer.from(files[path]!, 'base64') : undefined),
    bases: storedBases(files),
  };
}

/** Of a site file with what it names. */
export function siteDigest(source: string, files: ReadonlyMap<string, Uint8Array>): string {
  if (files.size === 0) return digestOf(source);
  const parts = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => [path, base64(bytes)]);
  return digestOf(JSON.stringify([source, parts]));
}

/** As they are stored. */
export function filesToStore(files: ReadonlyMap<string, Uint8Array>): string {
  return JSON.stringify(Object.fromEntries([...files].map(([path, bytes]) => [path, base64(bytes)])));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

const standard = new Map<string, SiteVersion>();

function builtIn(versions: IndexVersions): SiteVersion {
  const source = defaultSiteText(versions);
  const known = standard.get(source);
  if (known !== undefined) return known;
  const site = defaultSite(versions);
  const made = { site, number: 0, source, digest: digestOf(source), indexDigest: indexDigest(site) };
  standard.set(source, made);
  return made;
}

/** Parses a site file or throws `wrong` with every mistake. */
export function readSite(
  text: string,
  file: string,
  checks?: SiteChecks,
): Pick<ParsedSite, 'files'> & { readonly site: Site } {
  const { site, problems, files } = parseSite(text, checks);
  if (site !== undefined) return { site, files };
  const count = problems.length === 1 ? 'a mistake' : `${grouped(problems.length)} mistakes`;
  const isBefore = checks?.inForce !== undefined && isEarlierAnalysis(checks.inForce) && /^extends:/m.test(text);
  const wrong = isBefore ? siteErrors.wrongBefore : siteErrors.wrong;
  throw new UserError(wrong, { file, count, problems: listProblems(problems) });
}

/** Who has more to correct asks again. */
const mostListed = 50;

function listProblems(problems: readonly SiteProblem[]): string {
  const place = ({ line, column }: SiteProblem) =>
    column === undefined ? `line ${line}` : `line ${line}, column ${column}`;
  const lines = problems.slice(0, mostListed).map((one) => `  ${place(one)}: ${one.message}`);
  if (problems.length > mostListed) lines.push(`  and ${grouped(problems.length - mostListed)} more`);
  return lines.join('\n');
}

/**
 * Like currentSite, but a stored file that cannot be read any more does not stand in the way of its
 * replacement.
 */
export async function currentOrNone(
  database: Queryable,
): Promise<Omit<SiteVersion, 'site'> & { site: Site | undefined }> {
  const { number, source, digest, files } = await currentSource(database);
  const inForce = await versionsInForce(database);
  const { site } = number === 0 ? builtIn(inForce) : parseSite(source, { inForce, ...stored({ files }) });
  return { number, source, digest, indexDigest: site === undefined ? '' : indexDigest(site), site };
}
