import { withColumn } from '../yaml/column-of.ts';
import { createYamlReader, type SiteProblem, suggest, type Value, type YamlReader } from '../yaml/yaml-reader.ts';
import { builtIns } from './built-in.ts';
import { contrast, isColour, leastContrast } from './colour.ts';
import {
  defaultAccent,
  defaultFacets,
  defaultOwnerPaths,
  defaultProvenancePaths,
  defaultRanks,
  defaultSorts,
  defaultStrongTags,
} from './defaults.ts';
import { wholeRoot } from './extend.ts';
import { type IndexVersions, newestVersions } from './index-versions.ts';
import { baseBytes, baseFile, type SiteBases } from './library-bases.ts';
import { readRoles, readUsers, type WrittenRules } from './parse-access.ts';
import { readLinks, readLocal, readLogo, readMarkdown, readPages, type SiteFiles } from './parse-appearance.ts';
import { readChecks } from './parse-checks.ts';
import { readCollections, type WrittenOrder, type WrittenQuery } from './parse-collections.ts';
import { readDois } from './parse-dois.ts';
import { readFacets, readFields, readPaths, readRanks, readSorts } from './parse-fields.ts';
import { isLanguage } from './parse-names.ts';
import { readOai } from './parse-oai.ts';
import { readRobots } from './parse-robots.ts';
import { readSignIn } from './parse-sign-in.ts';
import type { Site } from './site.ts';

export type { SiteProblem } from '../yaml/yaml-reader.ts';

export interface ParsedSite {
  /** Undefined when there are problems. */
  readonly site: Site | undefined;
  /** All of them, by line. */
  readonly problems: readonly SiteProblem[];
  /** The files that were read for it, by their paths as written. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Says in one sentence what is wrong with a query, or undefined. The query language lives above
 * this room, so it is handed in.
 */
export type CheckQuery = (query: string, site: Site) => string | undefined;

/** Every mistake in the rules of a role, by the lines of the rules. Handed in likewise. */
export type CheckRules = (rules: string) => readonly SiteProblem[];

/** What is known outside a site file. */
export interface SiteChecks {
  readonly query?: CheckQuery;
  readonly rules?: CheckRules;
  /** By which versions the index is made: a file extends the built-in one of then. */
  readonly inForce?: IndexVersions;
  /** Files that the text names: a logo, Markdown. */
  readonly files?: SiteFiles;
  /** Knowledge bases of the library. Left out: nobody knows them here, and they are empty. */
  readonly bases?: SiteBases;
}

const sections = [
  'extends',
  'site',
  'fields',
  'sort',
  'rank',
  'facets',
  'search',
  'collections',
  'roles',
  'users',
  'sign-in',
  'knowledge',
  'oai',
  'robots',
  'dois',
  'checks',
] as const;

/**
 * Reads a site file. Never throws for what is in it: every mistake is among the problems, with its
 * line.
 */
export function parseSite(text: string, checks: SiteChecks = {}): ParsedSite {
  const { inForce = newestVersions } = checks;
  const reader = createYamlReader(text, (own, report) => wholeRoot(own, inForce, report));
  const root = reader.members(reader.root, sections);
  const queries: WrittenQuery[] = [];
  const files = new Map<string, Uint8Array>();
  const general = readGeneral(reader, root.site, (path, largest) => {
    const found = checks.files?.(path, largest);
    if (found !== undefined && !('problem' in found)) files.set(path, found);
    return found;
  });
  const { knowledge, labels, libraryBases } = readKnowledge(reader, root.knowledge, checks.bases);
  for (const name of libraryBases) files.set(baseFile(name), baseBytes(knowledge[name]!));
  const fields = readFields(reader, root.fields, knowledge);
  const orders: WrittenOrder[] = [];
  const order = readSearch(reader, root.search, orders);
  const collections = readCollections(reader, root.collections, queries, orders);
  const before = reader.problems.length;
  const checked = readChecks(reader, root.checks, { knowledge, collections: collections.roots }, queries);
  const lines = text.split('\n');
  reader.problems.push(...reader.problems.splice(before).map((one) => withColumn(lines, one)));
  const rules: WrittenRules[] = [];
  const roles = readRoles(reader, root.roles, collections.names, rules);
  const site: Site = {
    ...general,
    fields,
    sorts: root.sort === undefined ? defaultSorts(fields) : readSorts(reader, root.sort, fields),
    ranks: root.rank === undefined ? defaultRanks : readRanks(reader, root.rank, fields, knowledge),
    facets: root.facets === undefined ? defaultFacets(fields) : readFacets(reader, root.facets, fields, knowledge),
    order,
    collections: collections.roots,
    roles,
    users: readUsers(reader, root.users, roles),
    signIn: readSignIn(reader, root['sign-in']),
    knowledge,
    libraryBases,
    labels,
    oai: readOai(reader, root.oai, queries),
    robots: readRobots(reader, root.robots),
    dois: readDois(reader, root.dois, queries, collections.names),
    checks: checked,
    extends: root.extends === undefined ? undefined : reader.choice(root.extends, builtIns),
    indexed: newestVersions,
  };
  const known = ['relevance', 'newest', ...[...site.sorts, ...site.ranks].map(({ code }) => code)];
  for (const { order: written, line, name } of orders) {
    if (!known.includes(written))
      reader.report(line, `${name}: there is no order '${written}'.${suggest(written, known)}`);
  }
  for (const { query, line, name } of queries) {
    const wrong = checks.query?.(query, site);
    if (wrong !== undefined) reader.report(line, `${name}: ${wrong}`);
  }
  for (const { role, text: written, line } of rules) {
    for (const wrong of checks.rules?.(written) ?? [])
      reader.report(line, `The rules of the role ${role}, line ${wrong.line} of them: ${wrong.message}`);
  }
  const problems = reader.problems.toSorted((a, b) => a.line - b.line);
  return { site: problems.length === 0 ? freeze(site) : undefined, problems, files };
}

type General = Pick<
  Site,
  | 'name'
  | 'names'
  | 'languages'
  | 'admin'
  | 'accent'
  | 'logo'
  | 'intro'
  | 'links'
  | 'pages'
  | 'showsEmpty'
  | 'restrictedPolicy'
  | 'hiddenPaths'
  | 'ownerPaths'
  | 'viewerPaths'
  | 'strongTags'
  | 'provenancePaths'
>;

function readGeneral(reader: YamlReader, value: Value | undefined, files: SiteFiles): General {
  const members = reader.members(value, [
    'name',
    'languages',
    'admin',
    'accent',
    'logo',
    'intro',
    'links',
    'pages',
    'show-empty',
    'restricted',
    'hidden-paths',
    'owner-paths',
    'viewer-paths',
    'strong-tags',
    'provenance-paths',
  ]);
  if (members.name === undefined)
    reader.report(value?.line ?? 1, 'site.name is missing: give the name of the library.');
  const languages = reader.texts(members.languages);
  for (const { text, line } of languages) {
    if (!isLanguage(text))
      reader.report(line, `site.languages: '${text}' is not a language code such as en, fr or pt-BR.`);
  }
  const name = readLocal(reader, members.name);
  return {
    name: name?.text ?? '',
    names: name?.names ?? {},
    languages: languages.length === 0 ? ['en'] : languages.map(({ text }) => text),
    admin: members.admin === undefined ? '' : (reader.text(members.admin) ?? ''),
    accent: readAccent(reader, members.accent),
    logo: readLogo(reader, members.logo, files),
    intro: readMarkdown(reader, members.intro, files),
    links: readLinks(reader, members.links),
    pages: readPages(reader, members.pages, files),
    showsEmpty: reader.flag(members['show-empty']),
    restrictedPolicy:
      members.restricted === undefined ? 'any' : (reader.choice(members.restricted, ['any', 'all']) ?? 'any'),
    hiddenPaths: readPaths(reader, members['hidden-paths']),
    ownerPaths: members['owner-paths'] === undefined ? defaultOwnerPaths : readPaths(reader, members['owner-paths']),
    viewerPaths: readPaths(reader, members['viewer-paths']),
    strongTags: readTags(reader, members['strong-tags']),
    provenancePaths: readProvenance(reader, members['provenance-paths']),
  };
}

function readTags(reader: YamlReader, value: Value | undefined): readonly string[] {
  if (value === undefined) return defaultStrongTags;
  return reader.texts(value).flatMap(({ text, line }) => {
    if (/^[0-9A-Za-z]{3}$/.test(text)) return [text];
    reader.report(line, `site.strong-tags: '${text}' is not a tag; write three characters, as "964".`);
    return [];
  });
}

function readProvenance(reader: YamlReader, value: Value | undefined): readonly string[] {
  if (value === undefined) return defaultProvenancePaths;
  return reader.texts(value).flatMap(({ text, line }) => {
    if (/^[0-9A-Za-z%]{3}..[0-9a-z]$/.test(text)) return [text];
    reader.report(
      line,
      `site.provenance-paths: '${text}' does not name a subfield; write tag, indicators and code, as "6531_9".`,
    );
    return [];
  });
}

function readSearch(reader: YamlReader, value: Value | undefined, orders: WrittenOrder[]): string {
  const { order } = reader.members(value, ['order']);
  const written = order === undefined ? undefined : reader.text(order);
  if (order === undefined || written === undefined) return 'relevance';
  orders.push({ order: written, line: order.line, name: 'search.order' });
  return written;
}

function readAccent(reader: YamlReader, value: Value | undefined): string {
  const accent = value === undefined ? undefined : reader.text(value);
  if (accent === undefined || value === undefined) return defaultAccent;
  if (!isColour(accent)) {
    reader.report(value.line, `site.accent: '${accent}' is not a colour; write it as "#0b5cad", in quotes.`);
    return defaultAccent;
  }
  const found = contrast(accent, '#ffffff');
  if (found < leastContrast) {
    const measured = found.toFixed(1);
    reader.report(
      value.line,
      `site.accent: ${accent} is too light to read on white (contrast ${measured}, at least ${leastContrast}).`,
    );
  }
  return accent;
}

/** Values are texts, or have a name for each language. Or all of a base is kept in the library. */
function readKnowledge(
  reader: YamlReader,
  value: Value | undefined,
  ofLibrary: SiteBases | undefined,
): Pick<Site, 'knowledge' | 'labels' | 'libraryBases'> {
  const libraryBases: string[] = [];
  const bases = reader.entries(value).map((base) => {
    if (reader.isText(base)) {
      reader.choice(base, ['library']);
      const entries = ofLibrary?.(base.key);
      if (entries === undefined && ofLibrary !== undefined)
        reader.report(
          base.line,
          `${base.name}: the library has no knowledge base of this name; make it with "reperio kb set ${base.key}".`,
        );
      libraryBases.push(base.key);
      return { name: base.key, texts: entries ?? {}, names: {} };
    }
    const values = reader.entries(base).flatMap((entry) => {
      const local = readLocal(reader, entry);
      return local === undefined ? [] : [{ key: entry.key, ...local }];
    });
    const named = values.filter(({ names }) => Object.keys(names).length > 0);
    return {
      name: base.key,
      texts: Object.fromEntries(values.map(({ key, text, names }) => [key, names['en'] ?? text])),
      names: Object.fromEntries(named.map(({ key, names }) => [key, names])),
    };
  });
  return {
    knowledge: Object.fromEntries(bases.map(({ name, texts }) => [name, texts])),
    labels: Object.fromEntries(bases.map(({ name, names }) => [name, names])),
    libraryBases,
  };
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
