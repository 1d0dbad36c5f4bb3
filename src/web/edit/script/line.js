/**
 * A line of text MARC, by its parts: pure, so that it is tested without a browser. Places are
 * offsets in the line.
 *
 *   "24510 $$aTitle$$bRest"   tag, indicators, subfields
 *   "=245  10$aTitle"         the same in the mnemonic form
 *   "008__ 931122s1993"       a control field
 *   "=LDR  00000nam\a22..."   the leader
 */

const plain = /^(\d+ )?([0-9A-Za-z]{3})(..) /su;
const mnemonic = /^=([0-9A-Za-z]{3}) {2}/;

/** Undefined for what is no field (yet). */
export function partsOf(line) {
  const form = mnemonic.exec(line);
  if (form !== null) {
    const tag = form[1];
    const control = tag === 'LDR' || tag.startsWith('00');
    const start = control ? 6 : 8;
    if (line.length < start) return undefined;
    const indicators = control ? undefined : [6, 8];
    return { tag, tagAt: [1, 4], indicators, control, delimiter: '$', start, ...contentOf(line, start, '$', control) };
  }
  const match = plain.exec(line);
  if (match === null) return undefined;
  const before = match[1]?.length ?? 0;
  const tag = match[2];
  const start = match[0].length;
  const control = tag.startsWith('00') || (/^[A-Za-z]/.test(tag) && !line.startsWith('$$', start));
  const indicators = control ? undefined : [before + 3, start - 1];
  const tagAt = [before, before + 3];
  return { tag, tagAt, indicators, control, delimiter: '$$', start, ...contentOf(line, start, '$$', control) };
}

function contentOf(line, start, delimiter, control) {
  if (control) return { value: [start, line.length], subfields: [] };
  const subfields = [];
  for (let at = line.indexOf(delimiter, start); at !== -1; ) {
    const code = at + delimiter.length;
    const next = line.indexOf(delimiter, Math.min(code + 1, line.length));
    const end = next === -1 ? line.length : next;
    subfields.push({ from: at, code: line.slice(code, code + 1), value: [Math.min(code + 1, end), end] });
    at = next;
  }
  return { value: undefined, subfields };
}

/** Where Tab stops: tag, indicators, each subfield; [from, to] each. */
export function stopsOf(line) {
  const parts = partsOf(line);
  if (parts === undefined) return [[0, line.length]];
  const { tagAt, indicators, value, subfields } = parts;
  const rest = value === undefined ? subfields.map((one) => one.value) : [value];
  return [tagAt, ...(indicators === undefined ? [] : [indicators]), ...rest];
}

/**
 * The stop that a selection is in, by its place; -1: it is before all of them. A cursor between two
 * is in the one that it ends, unless the other one is empty.
 */
export function stopAt(stops, { from, to }, base) {
  const start = from - base;
  const here = stops.findLastIndex(([at, end]) => at === start && (from !== to || at === end));
  return here === -1 ? stops.findLastIndex(([at]) => at < start) : here;
}

/** The subfield at an offset; undefined: none. */
export function subfieldAt(line, offset) {
  const parts = partsOf(line);
  return parts?.subfields.findLast(({ from }) => from <= offset);
}

/**
 * A line of which only the tag was typed, with all that belongs to a field; undefined: it is none.
 */
export function completedLine(line) {
  const tag = /^([0-9A-Za-z]{3})([^ $]{0,2}) ?$/.exec(line);
  if (tag === null) return undefined;
  if (tag[1] === 'LDR') return '=LDR  ';
  const indicators = tag[2].padEnd(2, '_');
  return tag[1].startsWith('00') ? `${tag[1]}__ ` : `${tag[1]}${indicators} $$a`;
}

/** Tag and indicators of a line with an empty subfield a: the beginning of another such field. */
export function likeLine(line) {
  const parts = partsOf(line);
  if (parts === undefined || parts.control) return '';
  return `${line.slice(0, parts.start)}${parts.delimiter}a`;
}

/** The value of a control field or the leader, with blanks as blanks. */
export function fixedValue(line) {
  const parts = partsOf(line);
  if (parts?.value === undefined) return undefined;
  const text = line.slice(parts.value[0], parts.value[1]);
  return line.startsWith('=') ? text.replaceAll('\\', ' ') : text;
}

/** The same line with another such value. */
export function withFixedValue(line, value) {
  const parts = partsOf(line);
  const written = line.startsWith('=') ? value.replaceAll(' ', '\\') : value;
  return line.slice(0, parts.value[0]) + written;
}
