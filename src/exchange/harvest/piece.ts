import { SaxesParser } from 'saxes';

/** One record of a page, as the server gave it. */
export interface Piece {
  readonly identifier: string;
  /** As the server wrote it; "" when it has none. */
  readonly datestamp: string;
  readonly sets: readonly string[];
  readonly deleted: boolean;
  /** The one element inside <metadata>; "" of a deletion. */
  readonly metadata: string;
  /** Namespaces that it stands in, by prefix. */
  readonly namespaces: Readonly<Record<string, string>>;
}

/** Why a piece is none; the identifier as far as it could be read. */
export class PieceProblem extends Error {
  readonly identifier: string;
  constructor(message: string, identifier: string) {
    super(message);
    this.identifier = identifier;
  }
}

/** Bytes: as much as an index of the database takes. */
const longestIdentifier = 2_000;
/** Characters: a restarted list asks from it. */
const longestDate = 100;

const name = '(?:[A-Za-z_][\\w.-]*:)?';
const headerPattern = new RegExp(`<(${name})header(?:\\s[^<>]*)?>`);
const metadataPattern = new RegExp(`<(${name})metadata((?:\\s[^<>]*)?)>`);
const loose = new RegExp(`<${name}identifier\\s*>([^<]{1,500})<`);

/** Throws PieceProblem. */
export function readPiece(text: string, outer: Readonly<Record<string, string>>): Piece {
  const guessed = loose.exec(text)?.[1]?.trim() ?? '';
  const [header, begin] = headerOf(text, guessed);
  const { identifier, datestamp, sets, deleted } = readHeader(header, guessed);
  if (identifier === '') throw new PieceProblem('it has no identifier', guessed);
  if (Buffer.byteLength(identifier) > longestIdentifier)
    throw new PieceProblem('its identifier is too long', guessed.slice(0, 500));
  if (deleted) return { identifier, datestamp, sets, deleted, metadata: '', namespaces: outer };
  const after = text.slice(begin + header.length);
  const opening = metadataPattern.exec(after);
  if (opening === null) throw new PieceProblem('it has no metadata', identifier);
  const end = after.lastIndexOf(`</${opening[1]}metadata`);
  if (end < opening.index) throw new PieceProblem('its metadata has no end', identifier);
  const metadata = after
    .slice(opening.index + opening[0].length, end)
    .trimEnd()
    .replace(before, '');
  if (!metadata.startsWith('<')) throw new PieceProblem('its metadata is empty', identifier);
  const record = text.slice(0, text.indexOf('>'));
  const namespaces = { ...outer, ...declared(record), ...declared(opening[2] ?? '') };
  return { identifier, datestamp, sets, deleted, metadata, namespaces };
}

/** White space, comments and instructions. */
const before = /^(?:\s|<!--[\s\S]*?-->|<\?[\s\S]*?\?>)+/;

/** Only the first that begins is looked at: a text of many that do not end would take for ever. */
function headerOf(text: string, guessed: string): readonly [header: string, begin: number] {
  const opening = headerPattern.exec(text);
  if (opening === null) throw new PieceProblem('its header has no end', guessed);
  const [tag, prefix = ''] = opening;
  if (tag.endsWith('/>')) return [tag, opening.index];
  const close = text.indexOf(`</${prefix}header`, opening.index);
  const end = close < 0 ? -1 : text.indexOf('>', close);
  if (end < 0) throw new PieceProblem('its header has no end', guessed);
  return [text.slice(opening.index, end + 1), opening.index];
}

function readHeader(text: string, guessed: string): Omit<Piece, 'metadata' | 'namespaces'> {
  const values: Record<string, string[]> = { identifier: [], datestamp: [], setSpec: [] };
  let deleted = false;
  let value = '';
  const parser = new SaxesParser({ xmlns: false, position: false });
  parser.on('error', (error) => {
    throw new PieceProblem(`its header is not well-formed, ${plain(error)}`, guessed);
  });
  parser.on('opentag', ({ name: tag, attributes }) => {
    value = '';
    if (localName(tag) === 'header') deleted = attributes['status'] === 'deleted';
  });
  parser.on('text', (part) => (value += part));
  parser.on('cdata', (part) => (value += part));
  parser.on('closetag', ({ name: tag }) => values[localName(tag)]?.push(value.trim()));
  parser.write(text).close();
  const [identifier = ''] = values['identifier']!;
  const [dated = ''] = values['datestamp']!;
  const datestamp = dated.length > longestDate ? '' : dated;
  return { identifier, datestamp, sets: values['setSpec']!, deleted };
}

/** Namespaces that a tag declares, by prefix. */
export function declared(tag: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, prefix = '', a, b] of tag.matchAll(/\sxmlns(?::([\w.-]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    found[prefix] = a ?? b ?? '';
  return found;
}

/** What the parser says, without its place. */
export function plain(error: Error): string {
  return error.message.replace(/^[\d:]+\s*/, '').replace(/\.$/, '');
}

function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}
