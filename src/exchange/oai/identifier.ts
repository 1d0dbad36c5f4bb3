import { recordIdIn } from '../../index/record-id.ts';

/** "oai:library.example:12", by the guidelines for OAI identifiers. */
export function identifierOf(repository: string, id: number): string {
  return `oai:${repository}:${id}`;
}

/** The number in an identifier of ours; undefined: it is none. */
export function recordIn(repository: string, identifier: string): number | undefined {
  const begin = `oai:${repository}:`;
  if (!identifier.startsWith(begin)) return undefined;
  const text = identifier.slice(begin.length);
  const id = recordIdIn(text);
  // Of one record there is one identifier: 012 is none.
  return id !== undefined && String(id) === text ? id : undefined;
}
