/** Longer texts are left as they are. */
const longest = 1 << 16;
const scratch = Buffer.allocUnsafeSlow(longest);

/**
 * The same text as one piece in memory. V8 keeps a sum of texts as a tree, also once it was
 * flattened, and looks at each character by way of it: cutting words out of such a text takes twice
 * as long. Only for texts of Latin-1, as nearly all are once they are folded.
 */
export function flatText(text: string): string {
  const { length } = text;
  if (length > longest) return text;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255) return text;
    scratch[at] = code;
  }
  return scratch.toString('latin1', 0, length);
}

/** V8 makes a shorter substring a copy, a longer one a view that keeps the whole text alive. */
const shortestView = 13;

/** The same word, holding nothing of the text that it was cut from. */
export function ownCopy(word: string): string {
  return word.length < shortestView ? word : Buffer.from(word, 'utf8').toString('utf8');
}
