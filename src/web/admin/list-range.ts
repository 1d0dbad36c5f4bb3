import { rowsOnPage } from './frame.ts';

/** Which part of a long list an address asks for. */
export function listRange(args: URLSearchParams): {
  readonly text: string;
  readonly page: number;
  readonly offset: number;
  readonly limit: number;
} {
  const wanted = Math.trunc(Number(args.get('page') ?? 1)) || 1;
  const page = Math.min(Math.max(1, wanted), 100_000);
  return { text: (args.get('q') ?? '').trim().slice(0, 200), page, offset: (page - 1) * rowsOnPage, limit: rowsOnPage };
}

/** A number of a row in an address or a form; undefined for what is none. */
export function rowNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
