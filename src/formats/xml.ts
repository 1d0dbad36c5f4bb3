// XML 1.0, production 2: what may stand in a document at all. A lone surrogate may not either.
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** What is written as it is, but for rarer letters: most texts are nothing else. */
const usual = /^[ !#-%(-;=?-~\u00a0-\ud7ff]*$/;

/**
 * Text for element content and attribute values. A character that XML cannot hold becomes U+FFFD.
 */
export function escapeXml(text: string): string {
  if (usual.test(text)) return text;
  const clean = text.replace(forbidden, '\uFFFD');
  if (!/[&<>"'\r]/.test(clean)) return clean;
  return clean
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('\r', '&#13;');
}

/** `<name>text</name>` with attributes as written; nothing for an empty text. */
export function element(name: string, text: string | undefined, attributes = ''): string {
  return text === undefined || text === '' ? '' : `<${name}${attributes}>${escapeXml(text)}</${name}>`;
}
