import { UserError } from '../errors/errors.ts';
import { compilePath } from '../marc/path.ts';
import { ruleOf, tokenizerNames } from '../tokenizers/tokenizers.ts';
import { type Entry, suggest, type Value, type YamlReader } from '../yaml/yaml-reader.ts';
import { readNames } from './parse-names.ts';
import {
  type FacetDefinition,
  type FieldDefinition,
  facetKinds,
  type IndexOptions,
  type RankMethod,
  type SortMethod,
  type SynonymRule,
} from './site.ts';
import { stemLanguages } from './stem-languages.ts';

export type Knowledge = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Understood by the search language itself; a field of this name could never be asked for. */
const reserved = new Set([
  'recid',
  'datecreated',
  'datemodified',
  'refersto',
  'citedby',
  'cited',
  'cocitedwith',
  'rawref',
  'cataloguer',
]);
const code = /^[a-z][a-z0-9_-]+$/;

export function readFields(
  reader: YamlReader,
  value: Value | undefined,
  knowledge: Knowledge,
): readonly FieldDefinition[] {
  const entries = reader.entries(value);
  if (entries.length === 0) reader.report(value?.line ?? 1, 'The file has no fields: nothing could be searched.');
  const codes = entries.map((entry) => entry.key);
  const fields = entries.map((entry) => {
    if (!code.test(entry.key)) {
      reader.report(
        entry.line,
        `'${entry.key}' cannot name a field: use two or more lower-case letters, digits, - and _.`,
      );
    }
    if (reserved.has(entry.key))
      reader.report(entry.line, `'${entry.key}' means something else in queries; name the field differently.`);
    const { paths, names, index } = reader.members(entry, ['paths', 'names', 'index']);
    const mistakes = reader.problems.length;
    const field: FieldDefinition = {
      code: entry.key,
      names: readNames(reader, names),
      paths: readPaths(reader, paths),
      index: index === undefined ? undefined : readIndex(reader, index, entry.key, codes, knowledge),
    };
    // What follows from a mistake in the field is no other mistake.
    if (reader.problems.length === mistakes) checkField(reader, entry, field);
    return field;
  });
  checkUnions(reader, entries, fields);
  return fields;
}

/** Unions may join unions, but none that leads back to them: neither would hold anything. */
function checkUnions(reader: YamlReader, entries: readonly Entry[], fields: readonly FieldDefinition[]): void {
  const unions = new Map(fields.map(({ code, index }) => [code, index?.union ?? []]));
  for (const { key, line } of entries) {
    const way = wayBack(unions, key);
    // A union that names itself is reported where it does; each circle is reported once.
    if (way === undefined || way.length === 1 || way.some((code) => code < key)) continue;
    reader.report(
      line,
      `The unions ${[...way, key].join(' > ')} name each other in a circle, so none of them has any values.`,
    );
  }
}

/** The codes on a way from a union back to itself; undefined when there is none. */
function wayBack(unions: ReadonlyMap<string, readonly string[]>, start: string): readonly string[] | undefined {
  const seen = new Set<string>();
  const ways: (readonly string[])[] = [[start]];
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const code of unions.get(way.at(-1)!) ?? []) {
      if (code === start) return way;
      if (seen.has(code)) continue;
      seen.add(code);
      ways.push([...way, code]);
    }
  }
  return undefined;
}

function checkField(reader: YamlReader, entry: Entry, { paths, index }: FieldDefinition): void {
  const isUnion = (index?.union.length ?? 0) > 0;
  if (isUnion && paths.length > 0)
    reader.report(entry.line, `${entry.name} joins other fields, so its own paths are never read.`);
  if (isUnion && index?.tokenizer !== undefined)
    reader.report(entry.line, `${entry.name} joins other fields, so it has no tokenizer.`);
  const needsPaths =
    index === undefined ||
    (!isUnion && index.tokenizer !== undefined && ruleOf(index.tokenizer)?.standardPaths === undefined);
  if (needsPaths && paths.length === 0)
    reader.report(entry.line, `${entry.name} has no paths, so it never has any values.`);
}

export function readPaths(reader: YamlReader, value: Value | undefined): readonly string[] {
  return reader.texts(value).flatMap(({ text, line }) => (checkPath(reader, text, line) ? [openIndicators(text)] : []));
}

/**
 * "246__%" reads 246 with any indicators: Invenio took it for an SQL pattern, and libraries rely on
 * it. "246__a" means blank ones.
 */
function openIndicators(path: string): string {
  return path.endsWith('%') ? path.replaceAll('_', '%') : path;
}

function checkPath(reader: YamlReader, path: string, line: number): boolean {
  try {
    compilePath(path);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    reader.report(line, error.message);
    return false;
  }
}

function readIndex(
  reader: YamlReader,
  value: Value,
  own: string,
  codes: readonly string[],
  knowledge: Knowledge,
): IndexOptions {
  const members = reader.members(value, ['tokenizer', 'union', 'stem', 'pairs', 'synonyms', 'query-synonyms', 'when']);
  if (members.tokenizer === undefined && members.union === undefined) {
    reader.report(value.line, `${value.name} needs a tokenizer (${tokenizerNames.join(', ')}) or a union.`);
  }
  const union = reader.texts(members.union);
  for (const { text, line } of union) {
    if (text === own) reader.report(line, `The union ${own} names itself.`);
    else if (!codes.includes(text))
      reader.report(line, `The union ${own} names an unknown field '${text}'.${suggest(text, codes)}`);
  }
  const stem = members.stem === undefined ? undefined : reader.choice(members.stem, stemLanguages);
  const when = reader.dictionary(members.when);
  for (const entry of reader.entries(members.when)) {
    if (entry.key.length !== 6)
      reader.report(entry.line, `'${entry.key}' must be a complete subfield, such as 0247_2.`);
    else checkPath(reader, entry.key, entry.line);
  }
  return {
    tokenizer: members.tokenizer === undefined ? undefined : reader.choice(members.tokenizer, tokenizerNames),
    union: union.map(({ text }) => text),
    stem,
    pairs: reader.flag(members.pairs),
    synonyms: readSynonyms(reader, members.synonyms, knowledge),
    querySynonyms: readSynonyms(reader, members['query-synonyms'], knowledge),
    when,
  };
}

function readSynonyms(reader: YamlReader, value: Value | undefined, knowledge: Knowledge): SynonymRule | undefined {
  if (value === undefined) return undefined;
  const members = reader.members(value, ['base', 'match']);
  const base = readBase(reader, members.base, knowledge);
  if (members.base === undefined) reader.report(value.line, `${value.name} needs a base (a name under knowledge).`);
  const match =
    members.match === undefined
      ? 'exact'
      : reader.choice(members.match, ['exact', 'leading-to-comma', 'leading-to-number']);
  return base === undefined || match === undefined ? undefined : { base, match };
}

function readBase(reader: YamlReader, value: Value | undefined, knowledge: Knowledge): string | undefined {
  const base = value === undefined ? undefined : reader.text(value);
  if (base === undefined || base in knowledge) return base;
  const known = Object.keys(knowledge);
  reader.report(value?.line ?? 1, `${value?.name}: there is no knowledge base '${base}'.${suggest(base, known)}`);
  return undefined;
}

const sortColumns = ['created', 'modified', 'citations', 'year'];

export function readSorts(
  reader: YamlReader,
  value: Value | undefined,
  fields: readonly FieldDefinition[],
): readonly SortMethod[] {
  return reader.entries(value).map((entry) => {
    const members = reader.members(entry, ['by', 'drop-leading-articles', 'names']);
    if (members.by === undefined) reader.report(entry.line, `${entry.name} needs "by".`);
    return {
      code: entry.key,
      by: readBy(reader, members.by, fields),
      dropLeadingArticles: reader.flag(members['drop-leading-articles']),
      names: readNames(reader, members.names),
    };
  });
}

/** A column's name, a field's code, or MARC paths. */
function readBy(
  reader: YamlReader,
  value: Value | undefined,
  fields: readonly FieldDefinition[],
): string | readonly string[] {
  const found = reader.texts(value);
  const [only] = found;
  if (only === undefined || value === undefined) return [];
  const words = [...sortColumns, ...fields.map((field) => field.code)];
  if (found.length === 1 && words.includes(only.text)) return only.text;
  if (found.length === 1 && !/^\d/.test(only.text)) {
    reader.report(
      only.line,
      `${value.name}: '${only.text}' is not a field, a MARC path or one of ${sortColumns.join(', ')}.${suggest(only.text, words)}`,
    );
    return [];
  }
  return readPaths(reader, value);
}

const rankMethods = ['relevance', 'citations', 'knowledge', 'combine'] as const;

export function readRanks(
  reader: YamlReader,
  value: Value | undefined,
  fields: readonly FieldDefinition[],
  knowledge: Knowledge,
): readonly RankMethod[] {
  const entries = reader.entries(value);
  const ranks = entries.map((entry) => readRank(reader, entry, fields, knowledge));
  for (const [at, entry] of entries.entries()) {
    for (const code of Object.keys(ranks[at]?.of ?? {})) {
      const other = ranks.find((one) => one.code === code);
      if (other?.method === 'combine')
        reader.report(entry.line, `${entry.name} combines '${code}', which is a combination itself.`);
      else if (other === undefined) {
        const known = ranks.map((one) => one.code);
        reader.report(entry.line, `${entry.name} combines '${code}', which is not a ranking.${suggest(code, known)}`);
      }
    }
  }
  return ranks;
}

function readRank(
  reader: YamlReader,
  entry: Entry,
  fields: readonly FieldDefinition[],
  knowledge: Knowledge,
): RankMethod {
  const members = reader.members(entry, ['method', 'name', 'path', 'base', 'weights', 'of']);
  const method = reader.choice(members.method ?? { ...entry, node: null }, rankMethods) ?? 'relevance';
  const path = members.path === undefined ? undefined : readPaths(reader, members.path)[0];
  const base = readBase(reader, members.base, knowledge);
  if (method === 'knowledge' && (members.path === undefined || members.base === undefined)) {
    reader.report(entry.line, `${entry.name} ranks by knowledge, so it needs a path and a base.`);
  }
  if (method === 'combine' && members.of === undefined) {
    reader.report(entry.line, `${entry.name} combines rankings, so it needs "of", such as {wrd: 0.7, citation: 0.3}.`);
  }
  if (method !== 'combine' && members.of !== undefined)
    reader.report(members.of.line, `${members.of.name} belongs to a method "combine".`);
  if (method !== 'relevance' && members.weights !== undefined)
    reader.report(members.weights.line, `${members.weights.name} belongs to a method "relevance".`);
  const weights = members.weights === undefined ? undefined : readShares(reader, members.weights);
  for (const code of Object.keys(weights ?? {})) {
    const field = fields.find((one) => one.code === code);
    if (field?.index !== undefined) continue;
    const known = fields.filter((one) => one.index !== undefined).map((one) => one.code);
    const what = field === undefined ? 'is not a field' : 'has no index of words';
    reader.report(entry.line, `${entry.name} weighs '${code}', which ${what}.${suggest(code, known)}`);
  }
  const of = members.of === undefined ? undefined : readShares(reader, members.of);
  return { code: entry.key, name: reader.text(members.name) ?? entry.key, method, path, base, weights, of };
}

/** Names with a number above 0 each. */
function readShares(reader: YamlReader, value: Value): Readonly<Record<string, number>> {
  const shares: Record<string, number> = {};
  for (const entry of reader.entries(value)) {
    const text = reader.text(entry) ?? '';
    const number = Number(text);
    if (text !== '' && Number.isFinite(number) && number > 0) shares[entry.key] = number;
    else reader.report(entry.line, `${entry.name} must be a number above 0.`);
  }
  return shares;
}

export function readFacets(
  reader: YamlReader,
  value: Value | undefined,
  fields: readonly FieldDefinition[],
  knowledge: Knowledge,
): readonly FacetDefinition[] {
  return reader.entries(value).map((entry) => {
    const members = reader.members(entry, ['kind', 'paths', 'field', 'names', 'labels']);
    const kind = members.kind === undefined ? 'values' : (reader.choice(members.kind, facetKinds) ?? 'values');
    const code = members.field === undefined ? undefined : reader.text(members.field);
    const field = fields.find((one) => one.code === code);
    if (code !== undefined && field === undefined) {
      const known = fields.map((one) => one.code);
      reader.report(
        members.field?.line ?? entry.line,
        `${entry.name}: there is no field '${code}'.${suggest(code, known)}`,
      );
    }
    const paths = [...(field?.paths ?? []), ...readPaths(reader, members.paths)];
    const isRead = ruleOf(field?.index?.tokenizer)?.ofRecord !== undefined;
    if (kind === 'values' && paths.length === 0 && !isRead)
      reader.report(entry.line, `${entry.name} needs paths, or a field that has them.`);
    return {
      code: entry.key,
      kind,
      paths,
      field: field?.code,
      when: field?.index?.when ?? {},
      names: readNames(reader, members.names),
      labels: readBase(reader, members.labels, knowledge),
    };
  });
}
