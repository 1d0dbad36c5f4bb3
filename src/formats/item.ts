import type { MarcRecord } from '../marc/record.ts';

/**
 * A record on its way out, already without what the person may not see. Its 001 is our number, its
 * 005 the time of its version.
 */
export interface ExportItem {
  readonly id: number;
  readonly created: Date;
  readonly modified: Date;
  readonly record: MarcRecord;
  /** Addresses of its PDF files in this library that the one who asks may read. */
  readonly pdfs?: readonly string[];
}
