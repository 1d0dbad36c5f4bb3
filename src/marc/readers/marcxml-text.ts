/**
 * The small pieces of XML syntax that the scanner knows. Each gives up (undefined, false) rather
 * than guess.
 */

/**
 * Are there only characters XML 1.0 allows, and no "]]>", which may not stand in text? `bytes` is
 * the same text with one character for each byte of its UTF-8. Four expressions, because V8
 * searches for nine characters at most with vector instructions, and in one-byte strings only: 0.7
 * us for 4 kB, one expression took 3.4 us and up to 8 us in others.
 */
export function isXmlText(text: string, bytes: string): boolean {
  if (bytes.includes(']]>')) return false;
  if (/[\0-\x08]/.test(bytes) || /[\x0b\x0c\x0e\x0f]/.test(bytes)) return false;
  if (/[\x10-\x17]/.test(bytes) || /[\x18-\x1f]/.test(bytes)) return false;
  return text === bytes || !(text.includes('\ufffe') || text.includes('\uffff'));
}

const named: Readonly<Record<string, string | undefined>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Text with its references replaced: the five of XML and numeric ones. Undefined when one is wrong
 * or unknown.
 */
export function decodeEntities(text: string): string | undefined {
  let decoded = '';
  let from = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', from)) {
    const end = text.indexOf(';', at);
    if (end < 0) return undefined;
    const replacement = decodeReference(text.slice(at + 1, end));
    if (replacement === undefined) return undefined;
    decoded += text.slice(from, at) + replacement;
    from = end + 1;
  }
  return decoded + text.slice(from);
}

function decodeReference(name: string): string | undefined {
  if (!name.startsWith('#')) return Object.hasOwn(named, name) ? named[name] : undefined;
  const hexadecimal = /^#x([0-9A-Fa-f]{1,6})$/.exec(name)?.[1];
  const decimal = /^#([0-9]{1,7})$/.exec(name)?.[1];
  const code = hexadecimal !== undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
  return isXmlCharacter(code) ? String.fromCodePoint(code) : undefined;
}

/** XML 1.0, production 2. False for NaN. */
function isXmlCharacter(code: number): boolean {
  return (
    (code >= 0x20 && code <= 0xd7ff) ||
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}

export interface Attributes {
  /** In the order of the names asked for; undefined when missing. */
  readonly values: readonly (string | undefined)[];
  /** Offset after the ">" of the tag. */
  readonly after: number;
}

const attribute =
  /[ \t\n]+([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)[ \t\n]*=[ \t\n]*(?:"([^"<&\t\n]*)"|'([^'<&\t\n]*)')/y;

/**
 * The rest of a start tag from `at`, just after the element's name. Undefined when it is not well
 * formed, is an empty element, has an attribute twice, or needs normalising. With names, other
 * attributes are unusual too.
 */
export function parseAttributes(
  text: string,
  at: number,
  names: readonly string[] | undefined,
): Attributes | undefined {
  const values: (string | undefined)[] = [];
  const seen = new Set<string>();
  let after = at;
  for (;;) {
    attribute.lastIndex = after;
    const match = attribute.exec(text);
    if (match === null) break;
    const name = match[1]!;
    const place = names === undefined ? undefined : names.indexOf(name);
    if (seen.has(name) || place === -1) return undefined;
    seen.add(name);
    if (place !== undefined) values[place] = match[2] ?? match[3] ?? '';
    after = attribute.lastIndex;
  }
  while (text.charCodeAt(after) === 0x20 || text.charCodeAt(after) === 0x0a || text.charCodeAt(after) === 0x09)
    after += 1;
  return text.charCodeAt(after) === 0x3e ? { values, after: after + 1 } : undefined;
}
