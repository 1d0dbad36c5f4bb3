import { isUtf8 } from 'node:buffer';

/** A page as text, and whether some of it could not be read. */
export function pageText(body: Buffer, type: string | undefined): { readonly text: string; readonly damaged: boolean } {
  const start = body.toString('latin1', 0, 200);
  const named =
    /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1] ??
    /charset\s*=\s*"?([\w.:-]+)/i.exec(type ?? '')?.[1] ??
    'utf-8';
  if (!/^utf-?8$/i.test(named)) {
    try {
      const text = new TextDecoder(named).decode(body);
      return { text: withoutDeclaration(text), damaged: text.includes('\ufffd') };
    } catch {
      // No encoding that anybody knows: it is read as what nearly all is.
    }
  }
  return { text: withoutDeclaration(new TextDecoder('utf-8').decode(body)), damaged: !isUtf8(body) };
}

/** It says how the bytes were written, which the text is not. */
function withoutDeclaration(text: string): string {
  return text.replace(/^\s*<\?xml\s[^>]*\?>/, '');
}
