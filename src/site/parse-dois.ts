import type { Value, YamlReader } from '../yaml/yaml-reader.ts';
import type { WrittenQuery } from './parse-collections.ts';
import type { DoiSettings } from './site.ts';

const prefixForm = /^10\.\d{4,9}(?:\.\d+)*$/;
const usualPattern = '{prefix}/{year}.{n}';
const occasions = ['public', 'asked'] as const;

export function readDois(
  reader: YamlReader,
  value: Value | undefined,
  queries: WrittenQuery[],
  collectionNames: ReadonlySet<string>,
): DoiSettings | undefined {
  if (value === undefined) return undefined;
  const members = reader.members(value, ['prefix', 'pattern', 'collections', 'query', 'when', 'drafts']);
  const prefix = members.prefix === undefined ? '' : (reader.text(members.prefix) ?? '');
  if (members.prefix === undefined)
    reader.report(value.line, 'dois needs a prefix, the one of your repository (10.5072).');
  else if (!prefixForm.test(prefix))
    reader.report(
      members.prefix.line,
      `dois.prefix: '${prefix}' is not a prefix of DOIs; write it as "10.5072", in quotation marks.`,
    );
  const pattern = members.pattern === undefined ? usualPattern : (reader.text(members.pattern) ?? usualPattern);
  const wrong = patternProblem(pattern);
  if (wrong !== undefined && members.pattern !== undefined)
    reader.report(members.pattern.line, `dois.pattern: ${wrong}`);
  const collections = reader.items(members.collections).map((item) => {
    const name = reader.text(item) ?? '';
    if (!collectionNames.has(name)) reader.report(item.line, `dois.collections: there is no collection '${name}'.`);
    return name;
  });
  const query = members.query === undefined ? '' : (reader.text(members.query) ?? '');
  if (members.query !== undefined) queries.push({ query, line: members.query.line, name: 'The query of dois' });
  const when = members.when === undefined ? 'asked' : (reader.choice(members.when, occasions) ?? 'asked');
  const drafts = reader.flag(members.drafts);
  return { prefix, pattern, collections, query, when, drafts };
}

function patternProblem(pattern: string): string | undefined {
  if (!pattern.startsWith('{prefix}/')) return `'${pattern}' does not begin with {prefix}/.`;
  if (pattern.split('{n}').length !== 2) return `'${pattern}' needs {n} once, the number that counts up.`;
  const rest = pattern.slice('{prefix}/'.length).replace(/\{(?:year|n)\}/g, '1');
  if (!/^[a-z0-9._/-]+$/.test(rest))
    return `'${pattern}' may have {year}, {n}, small letters, digits and - . _ / behind {prefix}/.`;
  return undefined;
}
