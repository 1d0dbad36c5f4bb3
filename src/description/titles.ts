import { withoutIsbd } from '../marc/isbd.ts';
import type { Field } from '../marc/record.ts';

/**
 * A title field (245, 246, 130, 240, 247) as one line: "The sea: stories and poems", "Analyse
 * informatique, t.2", "Collected works. Part 1, Plays". Longer ones end in the middle.
 */
export function titleOfField({ subfields }: Field, mostCharacters = Number.POSITIVE_INFINITY): string {
  let title = '';
  for (const { code, value } of subfields) {
    if (code !== 'a' && code !== 'b' && code !== 'n' && code !== 'p') continue;
    if (title.length > mostCharacters) break;
    const text = withoutIsbd(value);
    if (text === '') continue;
    if (title === '') title = code === 'n' ? '' : text;
    // A question needs no colon after it.
    else if (code === 'b') title += `${/[?!:]$/.test(title) ? ' ' : ': '}${text}`;
    else title += `${isSentence(text) && code === 'n' ? '. ' : ', '}${text}`;
  }
  return title;
}

/** "Part 1" begins one, "t.2" goes on. */
function isSentence(text: string): boolean {
  return /^\p{Lu}/u.test(text);
}
