/** What a thumbnail is made of: a picture, or the first page of a PDF. */
export type ThumbnailKind = 'image' | 'pdf';

const kinds: Readonly<Record<string, ThumbnailKind>> = {
  jpg: 'image',
  jpeg: 'image',
  png: 'image',
  gif: 'image',
  webp: 'image',
  tif: 'image',
  tiff: 'image',
  pdf: 'pdf',
};

/**
 * By the format of a document; undefined: there are none of it. A drawing (SVG) may hold a script.
 */
export function thumbnailKind(format: string): ThumbnailKind | undefined {
  return Object.hasOwn(kinds, format) ? kinds[format] : undefined;
}

/**
 * Formats of pictures first, as a record is better shown by its picture than by a text about it.
 */
export const thumbnailFormats: readonly string[] = Object.keys(kinds);
export const imageFormats: readonly string[] = thumbnailFormats.filter((format) => kinds[format] === 'image');

/** The longer side of each size, in pixels: in lists, and on the page of a record. */
export const thumbnailSizes = { small: 320, large: 1200 } as const;
export type ThumbnailSize = keyof typeof thumbnailSizes;

export function thumbnailSize(text: string): ThumbnailSize | undefined {
  return Object.hasOwn(thumbnailSizes, text) ? (text as ThumbnailSize) : undefined;
}

export const thumbnailType = 'image/webp';

/**
 * What the bytes are, whatever their name says. Signatures of PNG (section 5.2), JPEG (B.1.1.3),
 * GIF89a, TIFF 6.0 and BigTIFF, WebP (RFC 9649), and PDF 1.7 (appendix H: within the first kB).
 */
export function kindOfBytes(bytes: Uint8Array): ThumbnailKind | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  const isImage =
    /^(\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|II[*+]\0|MM\0[*+])/.test(head) || /^RIFF.{4}WEBP/s.test(head);
  if (isImage) return 'image';
  return head.includes('%PDF-') ? 'pdf' : undefined;
}
