import type { Writable } from 'node:stream';
import { beginningOf, columnsOf, padded } from './columns.ts';

/** How headings are written: bold on a terminal. */
export type Heading = (text: string) => string;

type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number };

const bold: Heading = (text) => `\x1b[1m${text}\x1b[0m`;

export function headingOf(stdout: Terminal, environment: Readonly<Record<string, string | undefined>>): Heading {
  return stdout.isTTY === true && !environment['NO_COLOR'] ? bold : (text) => text;
}

/**
 * Bold of our own, which does no harm in names either: other attributes hide what follows. So do
 * signs that turn the direction of a line.
 */
const keptOrControl = /\x1b\[[01]m|[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

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
  return columnsOf(line) <= width ? line : `${beginningOf(line, width - 1)}…`;
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
  /** It is left out where it says nothing. */
  readonly ifAny?: true;
  /** In a window it gives way to the last column, down to `leastName`. */
  readonly givesWay?: true;
  /** The last column alone: it goes on below itself in a window, for so many lines. */
  readonly lines?: number;
}

const gap = '  ';
const leastName = 16;
/** As wide as a column of sentences should be. */
const wideEnough = 40;
/** A narrower one is cut and not broken. */
const leastSentence = 16;

/** Rows under their heads, as wide as what is in them, and cut to the window. */
export function tableLines(
  all: readonly Column[],
  allRows: readonly (readonly string[])[],
  { width, heading }: Window,
): readonly string[] {
  const isShown = all.map(({ ifAny }, i) => ifAny !== true || allRows.some((row) => (row[i] ?? '') !== ''));
  const columns = all.filter((_, i) => isShown[i]);
  // A row is one line, whatever a name from elsewhere has in it.
  const rows = allRows.map((row) =>
    row.flatMap((cell, i) => (isShown[i] === false ? [] : [cell.replace(/\s*[\r\n\t\v\f\u2028\u2029]+\s*/g, ' ')])),
  );
  const widths = columns.map(({ head }, i) => Math.max(head.length, ...rows.map((row) => columnsOf(row[i] ?? ''))));
  const last = columns.length - 1;
  const before = (): number => widths.slice(0, last).reduce((sum, one) => sum + one + gap.length, 0);
  const lacking = before() + Math.min(widths[last] ?? 0, wideEnough) - width;
  const yielding = columns.findIndex(({ givesWay }) => givesWay === true);
  if (lacking > 0 && yielding >= 0)
    widths[yielding] = Math.min(widths[yielding]!, Math.max(leastName, widths[yielding]! - lacking));
  const line = (cells: readonly string[]): string =>
    fitted(
      columns
        .map(({ right, givesWay }, i) => {
          const cell = givesWay === true ? fitted(cells[i] ?? '', widths[i]!) : (cells[i] ?? '');
          return padded(cell, widths[i]!, right);
        })
        .join(gap)
        .trimEnd(),
      width,
    );
  const room = width - before();
  const most = columns[last]?.lines ?? 1;
  const lines = (cells: readonly string[]): readonly string[] => {
    if (most === 1 || room < leastSentence || columnsOf(cells[last] ?? '') <= room) return [line(cells)];
    const [first = '', ...more] = broken(cells[last]!, room, most);
    return [line([...cells.slice(0, last), first]), ...more.map((text) => `${' '.repeat(before())}${text}`)];
  };
  return [heading(line(columns.map(({ head }) => head))), ...rows.flatMap(lines)];
}

/** A sentence in lines, broken between words; what does not go into `most` of them is cut. */
function broken(text: string, width: number, most: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (columnsOf(rest) > width && lines.length < most - 1) {
    const room = beginningOf(rest, width).length;
    const space = rest.lastIndexOf(' ', room);
    // A sign that is wider than the window goes on.
    const end = Math.max(1, space > 0 ? space : room);
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, fitted(rest, width)];
}
