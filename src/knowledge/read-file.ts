import { UserError } from '../errors/errors.ts';
import type { KnowledgeEntry } from './base.ts';
import { readCsv, readKbr, requireOneValue } from './csv.ts';
import { knowledgeErrors } from './errors.ts';
import { readSkos } from './skos.ts';

export const knowledgeFormats = ['csv', 'skos', 'kbr'] as const;
export type KnowledgeFormat = (typeof knowledgeFormats)[number];

/**
 * The entries of a file. Which format it is shows in its beginning when nobody says it. A
 * `written` base gets the other labels of concepts as keys, and a preferred label that has none as
 * its own. Throws a UserError that says what is wrong where.
 */
export function readKnowledge(
  bytes: Uint8Array,
  options: {
    readonly format?: KnowledgeFormat | undefined;
    readonly languages: readonly string[];
    readonly written: boolean;
  },
): readonly KnowledgeEntry[] {
  const text = decoded(bytes);
  const format = options.format ?? formatOf(text);
  if (format !== 'skos') {
    const lines = format === 'csv' ? readCsv(text) : readKbr(text);
    if (options.written) requireOneValue(lines, format === 'csv' ? 'CSV' : format);
    return lines.map(({ entry }) => entry);
  }
  const labels = readSkos(text, options.languages);
  if (!options.written) return labels;
  const other = labels.filter(({ key, value }) => key !== value);
  const named = new Set(other.map(({ concept }) => concept));
  return labels
    .filter(({ key, value, concept }) => key !== value || !named.has(concept))
    .map(({ key, value }) => ({ key, value }));
}

function decoded(bytes: Uint8Array): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = isUtf16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes).replaceAll('\0', '');
  } catch (error) {
    throw new UserError(knowledgeErrors.fileWrong, { format: 'text', reason: 'it is not UTF-8' }, error);
  }
}

function formatOf(text: string): KnowledgeFormat {
  if (/^\ufeff?\s*</.test(text)) return 'skos';
  const lines = text.split(/\r?\n/, 20).filter((line) => line.trim() !== '');
  return lines.length > 0 && lines.every((line) => line.includes('---')) ? 'kbr' : 'csv';
}
