/**
 * Words as one text that a POSIX shell takes apart into the same words. ssh gives what it is told
 * to the shell of the other side, so this is the only place where names become shell text.
 */
export function shellText(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

/** Letters that no shell gives a meaning, also at the beginning of a word. */
const plain = /^[\w%+:,./@-][\w%+:,./@=-]*$/;

function quoted(word: string): string {
  if (word.includes('\0')) throw new Error('a word of a command has a NUL');
  return plain.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
