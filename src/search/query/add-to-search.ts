/**
 * A condition of the form that adds to a search: its text, field, way of matching (m1) and operator
 * (op1).
 */
export interface Addition {
  readonly text: string;
  readonly field: string;
  readonly match: string;
  readonly operator: string;
}

const signs: Readonly<Record<string, string>> = { o: '|', n: '-' };
const quotes: Readonly<Record<string, string>> = { e: '"', p: "'", r: '/' };

/**
 * The question with a condition appended in the query language, as in Invenio's interface 2 ("add
 * to search").
 */
export function addToSearch(question: string, { text, field, match, operator }: Addition): string {
  if (text === '') return question;
  const prefix = field === '' ? '' : `${field}:`;
  const sign = question === '' && operator !== 'n' ? '' : (signs[operator] ?? '');
  const before = question === '' ? sign : `${question} ${sign}`;
  const quote = quotes[match];
  if (quote !== undefined) return `${before}${prefix}${quote}${text}${quote}`;
  const words = text.split(/\s+/).map((word) => prefix + word);
  if (words.length === 1) return before + words[0];
  return `${before}(${words.join(match === 'o' ? ' |' : ' ')})`;
}
