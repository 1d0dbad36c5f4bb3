import { createHash } from 'node:crypto';
import { UserError } from '../../errors/errors.ts';
import { deletionOf, harvested } from '../../marc/readers/marcxml-harvested.ts';
import { parseRaw } from '../../marc/readers/parse-raw.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { toMarcXml } from '../../marc/writers/marcxml.ts';
import { isDeleted } from '../../records/deletion.ts';
import type { Page } from './client.ts';
import { addedFields, convert, marcNamespace } from './convert.ts';
import { harvestErrors } from './errors.ts';
import { filterRecords } from './filter.ts';
import { readEarlier } from './harvested-records.ts';
import { matchAll } from './match.ts';
import { declared, type Piece, PieceProblem, readPiece } from './piece.ts';
import type { PrepareContext, Prepared, Working } from './prepared.ts';
import type { Source } from './source.ts';
import { MetadataProblem, readTree } from './tree.ts';

/** Everything before writing: reads, converts, filters and matches the records of a page. */
export async function preparePage(page: Page, context: PrepareContext): Promise<readonly Prepared[]> {
  const { source, site, again, tally } = context;
  const read = readPieces(page, context);
  tally.count('read', 'records', page.pieces.length);
  const earlier = await readEarlier(
    context.database,
    source.id,
    read.map(({ identifier }) => identifier),
  );
  const known = read.map((one) => ({ ...one, earlier: earlier.get(one.identifier) }));
  // What waits already is not held a second time.
  const rests = (one: Working): boolean => isAsBefore(one) && (!again || one.earlier?.outcome === 'held');
  const converted = known.map((one) => (rests(one) ? one : convertOne(one, source)));
  // A deletion has nothing that a question could find, and is meant for what came before.
  const withRecords = converted.filter(
    ({ fate, record, deletes }) => fate === undefined && record !== undefined && !deletes,
  );
  const filtered = filterRecords(
    site,
    source.steps.filter,
    withRecords.map(({ record }) => record!),
  );
  const verdicts = new Map(withRecords.map((one, place) => [one, filtered[place]!]));
  const waiting: Working[] = [];
  for (const one of converted) {
    if (one.fate === undefined && rests(one)) {
      one.fate = { kind: 'unchanged', id: one.earlier!.record };
      tally.count('read', 'as before');
    } else if (one.fate === undefined && one.deletes && source.deleted === 'ignore') {
      one.fate = { kind: 'drop', why: 'The source ignores deletions (--deleted ignore).' };
      tally.count('read', 'deletions ignored');
    } else if (one.fate === undefined) {
      const verdict = verdicts.get(one);
      if (verdict !== undefined && hasFilter(source)) tally.count('filter', verdict.way);
      if (verdict?.way === 'dropped')
        one.fate = { kind: 'drop', why: `--${verdict.by} ${verdict.by === 'keep' ? 'does not find' : 'finds'} it.` };
      else waiting.push(verdict?.way === 'held' ? { ...one, held: true } : one);
    }
  }
  const fates = await matchAll(waiting, context);
  const byIdentifier = new Map(waiting.map((one, place) => [one.identifier, fates[place]!]));
  return converted.map(({ identifier, datestamp, digest, record, earlier: before, xml, fate }) => ({
    ...{ identifier, datestamp, digest, record, earlier: before, xml },
    fate: fate ?? byIdentifier.get(identifier)!,
  }));
}

function hasFilter({ steps: { filter } }: Source): boolean {
  return (filter.drop ?? filter.hold ?? filter.keep) !== undefined;
}

function isAsBefore({ earlier, digest }: Working): boolean {
  return earlier !== undefined && earlier.outcome !== 'refused' && earlier.digest.equals(digest);
}

/** Of an identifier that comes twice the last one holds. */
function readPieces({ pieces, namespaces, damaged }: Page, context: PrepareContext): readonly Working[] {
  const { source, tally, page } = context;
  const treatment = JSON.stringify([source.prefix, source.steps, source.mode, source.deleted]);
  const found = new Map<string, Working>();
  pieces.forEach((xml, place) => {
    const one = readOne(xml, namespaces, damaged, treatment, `${page}, record ${place + 1}`);
    if (found.delete(one.identifier)) tally.count('read', 'twice in a page');
    found.set(one.identifier, one);
  });
  return [...found.values()];
}

function readOne(
  xml: string,
  namespaces: Readonly<Record<string, string>>,
  damaged: boolean,
  treatment: string,
  place: string,
): Working {
  try {
    const piece = readPiece(xml, namespaces);
    const { identifier, datestamp, deleted } = piece;
    const digest = createHash('sha256')
      .update(`${treatment}\n${deleted ? 'deleted' : piece.metadata}`)
      .digest();
    const one: Working = { identifier, datestamp, xml, digest, piece, deletes: deleted };
    if (damaged && xml.includes('\ufffd')) refuse(one, 'it has bytes that are not of its encoding');
    return one;
  } catch (error) {
    if (!(error instanceof PieceProblem)) throw error;
    const identifier = error.identifier === '' ? place : error.identifier;
    const one: Working = { identifier, datestamp: '', xml, digest: Buffer.alloc(0), piece: undefined, deletes: false };
    refuse(one, error.message);
    return one;
  }
}

function refuse(one: Working, reason: string): void {
  const { code, message, hint } = new UserError(harvestErrors.record, { record: labelOf(one), reason });
  one.fate = { kind: 'refuse', reason: { code, message, hint } };
}

export function labelOf({ identifier }: Pick<Working, 'identifier'>): string {
  return `Record ${identifier}`;
}

function convertOne(one: Working, source: Source): Working {
  const { piece, identifier } = one;
  if (one.fate !== undefined || piece === undefined) return one;
  if (piece.deleted) {
    const bytes = harvested(escaped(identifier), deletionOf(escaped(identifier)));
    return parsed(one, bytes);
  }
  try {
    const { table, add } = source.steps.convert;
    const inside = table === undefined ? marcOf(piece, one) : undefined;
    if (inside !== undefined && add === undefined)
      return parsed(one, harvested(escaped(identifier), Buffer.from(inside)));
    const tree = () => convert(readTree(piece.metadata, piece.namespaces), source.steps.convert, labelOf(one));
    const first = inside === undefined ? undefined : parsed(one, Buffer.from(inside));
    if (first?.fate !== undefined) return first;
    const record = first?.record ?? tree();
    const added = add === undefined ? record : withAdded(record, add);
    return parsed(one, harvested(escaped(identifier), Buffer.from(toMarcXml(added))));
  } catch (error) {
    if (error instanceof MetadataProblem) refuse(one, error.message);
    else if (error instanceof UserError) {
      const { code, message, hint } = error;
      one.fate = { kind: 'refuse', reason: { code, message, hint } };
    } else throw error;
    return one;
  }
}

function withAdded(record: MarcRecord, add: Readonly<Record<string, string>>): MarcRecord {
  return { leader: record.leader, fields: [...record.fields, ...addedFields(add)] };
}

/**
 * The <record> of MARCXML; undefined: it is something else. Throws for one in another namespace.
 */
function marcOf({ metadata, namespaces }: Piece, one: Working): string | undefined {
  const [tag, prefix = '', name] = /^<(?:([\w.-]+):)?([\w.-]+)[^>]*>/.exec(metadata) ?? [];
  if (tag === undefined || (name !== 'record' && name !== 'collection')) return undefined;
  const namespace = { ...namespaces, ...declared(tag) }[prefix] ?? '';
  if (namespace !== marcNamespace)
    throw new UserError(harvestErrors.namespace, { record: labelOf(one), name, namespace, expected: marcNamespace });
  if (name === 'record') return metadata;
  const first = /<((?:[\w.-]+:)?)record[\s>]/.exec(metadata);
  const close = first === null ? -1 : metadata.lastIndexOf(`</${first[1]}record`);
  const end = metadata.indexOf('>', close);
  return first === null || close < first.index || end < 0 ? metadata : metadata.slice(first.index, end + 1);
}

function parsed(one: Working, bytes: Uint8Array): Working {
  const result = parseRaw('marcxml', { position: 1, bytes });
  if (result.kind === 'record') {
    one.record = result.record;
    one.bytes = bytes;
    if (isDeleted(result.record)) one.deletes = true;
    return one;
  }
  const { code, message, hint } = result.reason;
  const named = message.replace(/^Record 1(?: \([^)]*\))?/, labelOf(one));
  one.fate = { kind: 'refuse', reason: { code, message: named, hint } };
  return one;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
