/**
 * Loaded into the process that draws, and into its threads, before anything else. WebAssembly may
 * use so much memory, and Node.js's permission model closes process.binding, which wasm-vips wants
 * for the numbers of open(2) only.
 */
import { constants } from 'node:fs';
import { drawingLimits } from './limits.ts';

const pageBytes = 65_536;
const mostPages = drawingLimits.memory / pageBytes;

/** What of it is used here: the types of Node.js have none of it. */
interface Memory {
  readonly buffer: { readonly byteLength: number };
  grow(pages: number): number;
}
interface MemoryLimits {
  readonly initial: number;
  readonly maximum?: number;
}
const web = globalThis as unknown as { WebAssembly: { Memory: new (wanted: MemoryLimits) => Memory } };

const { Memory } = web.WebAssembly;
const { grow } = Memory.prototype as Memory;
Memory.prototype.grow = function (this: Memory, pages: number): number {
  if (this.buffer.byteLength / pageBytes + pages > mostPages) throw new RangeError('no more memory');
  return grow.call(this, pages);
};
web.WebAssembly.Memory = class extends Memory {
  constructor(wanted: MemoryLimits) {
    super({ ...wanted, maximum: Math.min(wanted.maximum ?? mostPages, mostPages) });
  }
};

Object.assign(process, { binding: () => ({ fs: constants }) });
