/**
 * The process that draws one thumbnail: `draw.ts PATH KIND PIXELS` writes a WebP no wider and no
 * higher than that to standard output. `draw-apart.ts` starts it, confined; what it cannot draw, or
 * not within its limits, ends with it.
 */
import { readFileSync, writeSync } from 'node:fs';
import { setPriority } from 'node:os';
import type Vips from 'wasm-vips';
import { kindOfBytes } from './kinds.ts';
import { drawingLimits, exitStatus } from './limits.ts';

type Library = Awaited<ReturnType<typeof Vips>>;

function end(status: number, reason: string): never {
  writeSync(2, `\n${reason.replaceAll(/\s+/g, ' ').slice(0, 300)}\n`);
  process.exit(status);
}

async function loading<T>(library: () => Promise<T>): Promise<T> {
  try {
    return await library();
  } catch (error) {
    end(exitStatus.noLibrary, String(error instanceof Error ? error.message : error));
  }
}

async function openVips(): Promise<Library> {
  const { default: start } = await import('wasm-vips');
  const quiet = (): void => undefined;
  const vips = await start({ dynamicLibraries: [], print: quiet, printErr: quiet });
  vips.operationBlock('VipsForeignLoad', true);
  for (const format of ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Tiff']) vips.operationBlock(`VipsForeignLoad${format}`, false);
  vips.blockUntrusted(true);
  vips.concurrency(1);
  return vips;
}

const white = [255, 255, 255];

/**
 * On white, since drawings with a transparent ground are made for paper; without what EXIF tells.
 */
function webp(image: Vips.Image): Uint8Array {
  const flat = image.hasAlpha() ? image.flatten({ background: white }) : image;
  return flat.writeToBuffer('.webp', { Q: 75, keep: 'none' });
}

/** Of what ends too early as much as there is: half a picture is more than none. */
function drawImage(vips: Library, bytes: Uint8Array, pixels: number): Uint8Array {
  const { width, height } = vips.Image.newFromBuffer(bytes);
  if (width * height > drawingLimits.pixels) end(exitStatus.cannot, `it has ${width} × ${height} pixels`);
  return webp(
    vips.Image.thumbnailBuffer(bytes, pixels, {
      ...{ height: pixels, size: 'down', output_profile: 'srgb' },
    }),
  );
}

/** Draw annotations, as stamps and filled forms (FPDF_ANNOT of fpdfview.h). */
const withAnnotations = 0x01;
const whiteArgb = 0xffffffff;
const opaque = 0;

async function drawPdf(vips: Library, bytes: Uint8Array, pixels: number): Promise<Uint8Array> {
  const wasm = readFileSync(new URL(import.meta.resolve('@embedpdf/pdfium/pdfium.wasm')));
  const pdfium = await loading(async () => {
    const { init } = await import('@embedpdf/pdfium');
    return init({ wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length) });
  });
  pdfium.PDFiumExt_Init();
  const memory = pdfium.pdfium as typeof pdfium.pdfium & { readonly HEAPU8: Uint8Array };
  const at = memory.wasmExports.malloc(bytes.length);
  if (at === 0) end(exitStatus.cannot, 'it needs more memory than a thumbnail may take');
  memory.HEAPU8.set(bytes, at);
  const document = pdfium.FPDF_LoadMemDocument(at, bytes.length, '');
  const page = document === 0 ? 0 : pdfium.FPDF_LoadPage(document, 0);
  if (page === 0) end(exitStatus.cannot, 'it has no page that can be read');
  const [wide, high] = [pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)];
  const scale = pixels / Math.max(wide, high);
  if (!(wide > 0 && high > 0 && Number.isFinite(scale))) end(exitStatus.cannot, 'its first page has no size');
  const [width, height] = [wide, high].map((side) => Math.max(1, Math.round(side * scale))) as [number, number];
  const bitmap = pdfium.FPDFBitmap_Create(width, height, opaque);
  pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, whiteArgb);
  pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, withAnnotations);
  const [first, stride] = [pdfium.FPDFBitmap_GetBuffer(bitmap), pdfium.FPDFBitmap_GetStride(bitmap)];
  const rgb = fromBgrx(memory.HEAPU8, first, width, height, stride);
  return webp(vips.Image.newFromMemory(rgb, width, height, 3, vips.BandFormat.uchar));
}

function fromBgrx(heap: Uint8Array, first: number, width: number, height: number, stride: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0, from = first + y * stride; x < width; x++, from += 4) {
      rgb[to++] = heap[from + 2]!;
      rgb[to++] = heap[from + 1]!;
      rgb[to++] = heap[from]!;
    }
  return rgb;
}

/** Readers go first. */
const priority = 10;
setPriority(priority);
const [path = '', kind = '', pixels = ''] = process.argv.slice(2);
const bytes = readFileSync(path);
const found = kindOfBytes(bytes);
if (found === undefined || found !== kind) end(exitStatus.cannot, 'its bytes are of another format than its name says');
const vips = await loading(openVips);
try {
  const drawn = found === 'image' ? drawImage(vips, bytes, Number(pixels)) : await drawPdf(vips, bytes, Number(pixels));
  for (let at = 0; at < drawn.length; ) at += writeSync(1, drawn, at);
} catch (error) {
  const message = error instanceof Error ? error.message : (error as { message?: unknown }).message;
  end(exitStatus.cannot, `it cannot be read: ${String(message)}`);
}
process.exit(0);
