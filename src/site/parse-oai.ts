import type { Value, YamlReader } from '../yaml/yaml-reader.ts';
import type { WrittenQuery } from './parse-collections.ts';
import { readNames } from './parse-names.ts';
import type { OaiSet, OaiSettings } from './site.ts';

/** A page of a list: short enough to be asked for again, long enough that few are needed. */
const usualPage = 400;
const largestPage = 2_000;

/** The type of setSpec in OAI-PMH.xsd. */
export const setSpec = /^[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*$/;
/** A domain name, as oai-identifier.xsd has it, or a shorter one that was taken before. */
const repositoryName = /^[a-zA-Z0-9][a-zA-Z0-9.-]*$/;

export function readOai(
  reader: YamlReader,
  value: Value | undefined,
  queries: WrittenQuery[],
): OaiSettings | undefined {
  if (value === undefined) return undefined;
  const members = reader.members(value, ['repository', 'page', 'sets']);
  const repository = members.repository === undefined ? '' : (reader.text(members.repository) ?? '');
  if (members.repository === undefined)
    reader.report(value.line, 'oai needs a repository, the name in its identifiers (oai:NAME:1).');
  else if (!repositoryName.test(repository))
    reader.report(
      members.repository.line,
      `oai.repository: '${repository}' is not a domain name; write it as library.example.`,
    );
  const lines = new Map<string, number>();
  const sets = reader.items(members.sets).map((item) => readSet(reader, item, queries, lines));
  return { repository, page: readPage(reader, members.page), sets };
}

function readPage(reader: YamlReader, value: Value | undefined): number {
  const text = value === undefined ? undefined : reader.text(value);
  if (value === undefined || text === undefined) return usualPage;
  const page = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (page >= 1 && page <= largestPage) return page;
  reader.report(value.line, `oai.page: '${text}' is not a number of records from 1 to ${largestPage}.`);
  return usualPage;
}

function readSet(reader: YamlReader, item: Value, queries: WrittenQuery[], lines: Map<string, number>): OaiSet {
  const { spec, name, names, query, description } = reader.members(item, [
    'spec',
    'name',
    'names',
    'query',
    'description',
  ]);
  for (const [key, member] of Object.entries({ spec, name, query })) {
    if (member === undefined) reader.report(item.line, `${item.name} needs a ${key}.`);
  }
  const found = {
    spec: reader.text(spec) ?? '',
    name: reader.text(name) ?? '',
    names: readNames(reader, names),
    description: reader.text(description) ?? '',
    query: reader.text(query) ?? '',
  };
  if (spec !== undefined) {
    const before = lines.get(found.spec);
    if (!setSpec.test(found.spec))
      reader.report(
        spec.line,
        `${item.name}: '${found.spec}' cannot be a spec: write letters, digits and -_.!~*'() in parts with a colon between them, as physics:theory.`,
      );
    else if (before !== undefined)
      reader.report(spec.line, `There is already a set '${found.spec}', in line ${before}.`);
    else lines.set(found.spec, spec.line);
  }
  if (query !== undefined)
    queries.push({ query: found.query, line: query.line, name: `The query of the OAI set '${found.spec}'` });
  return found;
}
