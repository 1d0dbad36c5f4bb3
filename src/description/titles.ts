import { withoutIsbd } from '../marc/isbd.ts';
import type { Field } from '../marc/record.ts';

/**
 * A title field (245, 246, 130, 240, 247) as one line: "The sea: stories and poems", "Analyse
 * informatique, t.2", "Collected works. Part 1, Plays". Longer ones end in the middle.
 */
export function titleOfField({ subfields }: Field, mostCharacters = Number.POSITIVE_INFINITY): string {
  const parts: string[] = [];
  let length = 0;
  let last = '';
  for (const { code, value } of subfields) {
    if (code !== 'a' && code !== 'b' && code !== 'n' && code !== 'p') continue;
    if (length > mostCharacters) break;
    const text = withoutIsbd(value);
    if (text === '' || (length === 0 && code === 'n')) continue;
    // A question needs no colon after it.
    if (length > 0 && code === 'b') parts.push('?!:'.includes(last) ? ' ' : ': ');
    else if (length > 0) parts.push(isSentence(text) && code === 'n' ? '. ' : ', ');
    parts.push(text);
    length += text.length;
    last = text.at(-1)!;
  }
  return parts.join('');
}

/** "Part 1" begins one, "t.2" goes on. */
function isSentence(text: string): boolean {
  return /^\p{Lu}/u.test(text);
}
