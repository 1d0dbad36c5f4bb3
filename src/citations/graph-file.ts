import { closeSync, fsyncSync, openSync, readSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { writeAll } from '../index/segment/spill.ts';
import { placeFile } from '../store/folder-owner.ts';
import type { GraphData } from './build.ts';
import { type KeyEntries, sortedOrder } from './key-table.ts';
import type { RowTable } from './rows.ts';

/**
 * The file of a citation graph: "REPERIOG", format version (4 bytes), length of the head (4), the
 * head as JSON, its CRC-32 (4), then the parts that the head names, each with its own checksum.
 * Numbers are little-endian. The parts up to
 * `cited bytes` are read into memory; of keys only a block at a time is.
 *
 *   revisions         1, 2 or 4 bytes each, by record number
 *   citing starts, citing bytes, cited starts, cited bytes      see rows.ts
 *   marks             4 bytes each, read one by one: a wrong one only costs time
 *   own, unresolved   12 bytes each: high, low, record number; ascending
 *   own blocks, unresolved blocks      8 bytes for each 128 keys: the high half of the first, CRC-32 of the block
 */
export const graphVersion = 1;
const magic = Buffer.from('REPERIOG', 'latin1');
const keysInBlock = 128;
const keyLength = 12;

/** What a graph was made of. */
export interface GraphHead {
  /** Library, timeline and analysis: see `CitationKeeper`. */
  readonly basis: string;
  readonly segments: readonly string[];
  readonly records: number;
  readonly citations: number;
  readonly largestId: number;
  readonly parts: readonly { readonly name: string; readonly length: number; readonly checksum: number }[];
}

/** The bytes of a graph file are not what was written: it is made anew. */
export class GraphDamaged extends Error {}

/** Writes the file whole or not at all. */
export function writeGraph(
  path: string,
  temporary: string,
  graph: GraphData,
  of: Pick<GraphHead, 'basis' | 'segments'>,
): void {
  const own = sortedKeys(graph.own);
  const unresolved = sortedKeys(graph.unresolved);
  const parts: readonly (readonly [string, Uint8Array])[] = [
    ['revisions', narrow(graph.revisions)],
    ['citing starts', bytesOf(graph.citing.starts)],
    ['citing bytes', graph.citing.bytes],
    ['cited starts', bytesOf(graph.cited.starts)],
    ['cited bytes', graph.cited.bytes],
    ['own blocks', bytesOf(own.blocks)],
    ['unresolved blocks', bytesOf(unresolved.blocks)],
    ['marks', bytesOf(graph.marks)],
    ['own', own.bytes],
    ['unresolved', unresolved.bytes],
  ];
  const head: GraphHead = {
    ...of,
    records: graph.records,
    citations: graph.citations,
    largestId: graph.revisions.length - 1,
    parts: parts.map(([name, bytes]) => ({ name, length: bytes.length, checksum: crc32(bytes) })),
  };
  const json = Buffer.from(JSON.stringify(head));
  const start = Buffer.alloc(16);
  magic.copy(start);
  start.writeUInt32LE(graphVersion, 8);
  start.writeUInt32LE(json.length, 12);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(json));
  const file = openSync(temporary, 'wx', 0o600);
  try {
    for (const bytes of [start, json, checksum, ...parts.map(([, part]) => part)]) writeAll(file, bytes);
    fsyncSync(file);
    placeFile(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** The head alone; undefined when this is no graph file of this format. */
export function readGraphHead(path: string): { readonly head: GraphHead; readonly bodyAt: number } | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const start = Buffer.alloc(16);
    if (readSync(file, start, 0, 16, 0) < 16 || !start.subarray(0, 8).equals(magic)) return undefined;
    if (start.readUInt32LE(8) !== graphVersion) return undefined;
    const length = start.readUInt32LE(12);
    if (length > longestHead) return undefined;
    const bytes = Buffer.alloc(length + 4);
    if (readSync(file, bytes, 0, bytes.length, 16) < bytes.length) return undefined;
    const json = bytes.subarray(0, length);
    if (crc32(json) !== bytes.readUInt32LE(length)) return undefined;
    return { head: JSON.parse(json.toString()) as GraphHead, bodyAt: 20 + length };
  } finally {
    closeSync(file);
  }
}

const longestHead = 4 * 1024 * 1024;

/** An open graph file. Its name may go; it stays readable until it is closed. */
export interface StoredGraph {
  readonly head: GraphHead;
  readonly revisions: Uint8Array | Uint16Array | Uint32Array;
  readonly citing: RowTable;
  readonly cited: RowTable;
  mark(id: number): number;
  /** Records of a key among the own ones or the unresolved ones. */
  find(table: 'own' | 'unresolved', high: number, low: number): readonly number[];
  close(): void;
}

/** Reads what stays in memory, letting others work in between. Throws GraphDamaged. */
export async function openGraph(path: string): Promise<StoredGraph> {
  const found = readGraphHead(path);
  if (found === undefined) throw new GraphDamaged(`${path} is no graph file of format ${graphVersion}`);
  const { head, bodyAt } = found;
  const file = openSync(path, 'r');
  try {
    const places = new Map<string, { readonly at: number; readonly length: number }>();
    let at = bodyAt;
    for (const { name, length } of head.parts) {
      places.set(name, { at, length });
      at += length;
    }
    const part = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
      const { length, checksum } = head.parts.find((one) => one.name === name)!;
      return await readChecked(path, places.get(name)!.at, length, checksum);
    };
    const numbers = async (name: string): Promise<Uint32Array> => new Uint32Array((await part(name)).buffer);
    const size = head.largestId + 1;
    const revisions = await part('revisions');
    const graph = {
      head,
      revisions: widen(revisions, size),
      citing: { starts: await numbers('citing starts'), bytes: await part('citing bytes') },
      cited: { starts: await numbers('cited starts'), bytes: await part('cited bytes') },
    };
    const tables = {
      own: new StoredKeys(file, places.get('own')!, await numbers('own blocks')),
      unresolved: new StoredKeys(file, places.get('unresolved')!, await numbers('unresolved blocks')),
    };
    const marks = places.get('marks')!.at;
    const opened: StoredGraph = {
      ...graph,
      mark: (id) => readAt(file, marks + id * 4, 4).readUInt32LE(),
      find: (table, high, low) => tables[table].find(high, low),
      close: () => {
        unused.unregister(opened);
        closeSync(file);
      },
    };
    unused.register(opened, file, opened);
    return opened;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Old snapshots may still ask a graph that was replaced; the collector knows when nobody does. */
const unused = new FinalizationRegistry<number>(closeSync);

const piece = 4 * 1024 * 1024;

async function readChecked(
  path: string,
  at: number,
  length: number,
  checksum: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  const file = await open(path, 'r');
  try {
    let sum = 0;
    for (let from = 0; from < length; ) {
      const { bytesRead } = await file.read(bytes, from, Math.min(piece, length - from), at + from);
      if (bytesRead === 0) throw new GraphDamaged(`${path} ends early`);
      sum = crc32(bytes.subarray(from, from + bytesRead), sum);
      from += bytesRead;
    }
    if (sum !== checksum) throw new GraphDamaged(`a checksum of ${path} is wrong`);
    return bytes;
  } finally {
    await file.close();
  }
}

function readAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  if (readSync(file, bytes, 0, length, at) < length) throw new GraphDamaged('a graph file ends early');
  return bytes;
}

/** Sorted keys in the file, one block of them read at a time. */
class StoredKeys {
  readonly #file: number;
  readonly #at: number;
  readonly #count: number;
  /** First high half, checksum, first high half ... */
  readonly #blocks: Uint32Array;

  constructor(file: number, { at, length }: { readonly at: number; readonly length: number }, blocks: Uint32Array) {
    this.#file = file;
    this.#at = at;
    this.#count = length / keyLength;
    this.#blocks = blocks;
  }

  find(high: number, low: number): readonly number[] {
    let before = 0;
    let after = this.#blocks.length / 2;
    while (before < after) {
      const middle = (before + after) >>> 1;
      if (this.#blocks[middle * 2]! < high) before = middle + 1;
      else after = middle;
    }
    const found: number[] = [];
    // Keys with this high half may begin at the end of the block before the first that begins with
    // it.
    for (let block = Math.max(0, before - 1); block * 2 < this.#blocks.length; block++) {
      if (this.#blocks[block * 2]! > high) break;
      const bytes = this.#read(block);
      for (let at = 0; at < bytes.length; at += keyLength) {
        const one = bytes.readUInt32LE(at);
        if (one > high) return found;
        if (one === high && bytes.readUInt32LE(at + 4) === low) found.push(bytes.readUInt32LE(at + 8));
      }
    }
    return found;
  }

  #read(block: number): Buffer {
    const first = block * keysInBlock;
    const count = Math.min(keysInBlock, this.#count - first);
    const bytes = readAt(this.#file, this.#at + first * keyLength, count * keyLength);
    if (crc32(bytes) !== this.#blocks[block * 2 + 1]) throw new GraphDamaged('a block of citation keys is damaged');
    return bytes;
  }
}

function sortedKeys(entries: KeyEntries): { readonly bytes: Uint8Array; readonly blocks: Uint32Array } {
  const order = sortedOrder(entries);
  const numbers = new Uint32Array(order.length * 3);
  for (let i = 0; i < order.length; i++) {
    const entry = order[i]!;
    numbers[3 * i] = entries.high[entry]!;
    numbers[3 * i + 1] = entries.low[entry]!;
    numbers[3 * i + 2] = entries.ids[entry]!;
  }
  const bytes = bytesOf(numbers);
  const blocks = new Uint32Array(Math.ceil(order.length / keysInBlock) * 2);
  for (let block = 0; block * 2 < blocks.length; block++) {
    const from = block * keysInBlock;
    blocks[block * 2] = numbers[from * 3]!;
    blocks[block * 2 + 1] = crc32(bytes.subarray(from * keyLength, (from + keysInBlock) * keyLength));
  }
  return { bytes, blocks };
}

function bytesOf(numbers: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function narrow(numbers: Uint32Array): Uint8Array {
  let largest = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > largest) largest = numbers[i]!;
  return largest < 0x100 ? Uint8Array.from(numbers) : bytesOf(largest < 0x10000 ? Uint16Array.from(numbers) : numbers);
}

function widen(bytes: Uint8Array<ArrayBuffer>, count: number): Uint8Array | Uint16Array | Uint32Array {
  const width = bytes.length / count;
  return width === 4 ? new Uint32Array(bytes.buffer) : width === 2 ? new Uint16Array(bytes.buffer) : bytes;
}
