import type { Writable } from 'node:stream';

/** How headings are written: bold on a terminal. */
export type Heading = (text: string) => string;

type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number };

const bold: Heading = (text) => `\x1b[1m${text}\x1b[0m`;

export function headingOf(stdout: Terminal, environment: Readonly<Record<string, string | undefined>>): Heading {
  return stdout.isTTY === true && !environment['NO_COLOR'] ? bold : (text) => text;
}

/** Colours and bold of our own, which do no harm in names either. */
const keptOrControl = /\x1b\[[\d;]*m|[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * What is written to a terminal: names of files, records and programs of readers may have signs in
 * them that move the cursor or are commands to the terminal. In a file they stay.
 */
export function shownOn(stream: Terminal, text: string): string {
  return stream.isTTY === true ? text.replace(keptOrControl, (found) => (found.length > 1 ? found : '\ufffd')) : text;
}

/** Columns of the window; what is no terminal takes lines of any length. */
export function widthOf(stdout: Terminal): number {
  return stdout.isTTY === true ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
}

/** A line that would be broken at the edge of the window ends there. */
export function fitted(line: string, width: number): string {
  const signs = [...line];
  return signs.length <= width ? line : `${signs.slice(0, width - 1).join('')}…`;
}

/** Where tables are drawn. */
export interface Window {
  readonly width: number;
  readonly heading: Heading;
}

export function windowOf(stdout: Terminal, environment: Readonly<Record<string, string | undefined>>): Window {
  return { width: widthOf(stdout), heading: headingOf(stdout, environment) };
}

export interface Column {
  readonly head: string;
  /** Numbers stand at the right. */
  readonly right?: true;
}

/** Rows under their heads, as wide as what is in them, and cut to the window. */
export function tableLines(
  columns: readonly Column[],
  given: readonly (readonly string[])[],
  { width, heading }: Window,
): readonly string[] {
  // A row is one line, whatever a name from elsewhere has in it.
  const rows = given.map((row) => row.map((cell) => cell.replace(/[\r\n\t\v\f\u2028\u2029]+/g, ' ')));
  const widths = columns.map(({ head }, i) => Math.max(head.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    fitted(
      columns
        .map(({ right }, i) => (right ? (cells[i] ?? '').padStart(widths[i]!) : (cells[i] ?? '').padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
      width,
    );
  return [heading(line(columns.map(({ head }) => head))), ...rows.map(line)];
}
