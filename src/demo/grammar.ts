import { type Coin, coins } from './coin.ts';
import { hash, type Random } from './random.ts';

/**
 * Sentences from word lists. A list file reads:
 *
 *   [title.book particle theory]     a list, here for two disciplines only; the same list may stand in several places
 *   A history of <$object> || ...    one entry a line; after " || " the same in a second language
 *
 *   <object>      any entry of the list `object`, the first ones more often
 *   <$object>     the entry that this record is about: the same wherever it is asked for, in both columns
 *   <!n 2 9>      a coined word or number, see coin.ts; <$!n 2 9> the same one in the whole record
 *   <red|blue>    one of these
 */
export interface Grammar {
  /** How many entries the list has; 0 when there is none. */
  size(list: string): number;
  /** Is the entry told in a second language too? */
  isBilingual(list: string, index: number): boolean;
  /** Starts a record: what it is about follows from `topic` alone. */
  about(topic: number): void;
  /**
   * Entry number `index` of a list, told in a column (0, or 1 for the second language where there
   * is one).
   */
  tell(list: string, index: number, column: 0 | 1): string;
  /** Any entry of a list, the first ones more often; first column. */
  pick(list: string): string;
  /** What <$NAME> stands for in this record. */
  subject(name: string): string;
}

type Entry = readonly (string | Slot)[];

interface Slot {
  readonly choices: readonly Entry[];
  /** The second column, entry by entry the same as `choices` where there is no second language. */
  readonly translated: readonly Entry[];
  readonly coin: Coin | undefined;
  readonly numbers: readonly number[];
  /** Number of the record's own choice, or -1 when the choice is free. */
  readonly bound: number;
  /** "a " or "A " stands before it and may have to become "an ". */
  readonly article: boolean;
}

interface List {
  readonly choices: Entry[];
  readonly translated: Entry[];
}

/**
 * Compiles list files. `random` is read for every free choice; throws when an entry names a list or
 * a coin that does not exist.
 */
export function compileGrammar(texts: readonly string[], discipline: string, random: Random): Grammar {
  const lines = selectLines(texts, discipline);
  const lists = new Map<string, List>();
  for (const [name] of lines) lists.set(name, { choices: [], translated: [] });
  const boundNames = new Map<string, number>();

  function slot(text: string, before: string): Slot {
    const article = / $/.test(before) && /(^|[ (])[Aa] $/.test(before);
    const isBound = text.startsWith('$');
    const name = isBound ? text.slice(1) : text;
    let bound = -1;
    if (isBound) {
      bound = boundNames.get(name) ?? boundNames.size;
      boundNames.set(name, bound);
    }
    const base = { numbers: [] as readonly number[], coin: undefined, bound, article };
    if (name.startsWith('!')) {
      const [coinName, ...numbers] = name.slice(1).split(' ');
      const coin = coins.get(coinName!);
      if (coin === undefined) throw new Error(`no coin is called ${coinName}`);
      return { ...base, coin, numbers: numbers.map(Number), choices: [], translated: [] };
    }
    if (name.includes('|')) {
      const choices = name.split('|').map((choice) => [choice]);
      return { ...base, choices, translated: choices };
    }
    const list = lists.get(name);
    if (list === undefined) throw new Error(`no list is called ${name}`);
    return { ...base, choices: list.choices, translated: list.translated };
  }

  function entry(text: string): Entry {
    const parts: (string | Slot)[] = [];
    for (const [index, part] of text.split(/<([^<>]+)>/).entries()) {
      const before = parts.at(-1);
      if (index % 2 === 1) parts.push(slot(part, typeof before === 'string' ? before : ''));
      else if (part !== '') parts.push(part);
    }
    return parts;
  }

  for (const [name, text] of lines) {
    const list = lists.get(name)!;
    const [first, second] = text.split(' || ');
    list.choices.push(entry(first!));
    list.translated.push(second === undefined ? list.choices.at(-1)! : entry(second));
  }

  let topic = 0;
  const subjects = new Map<string, Slot>();
  const remembered: (string | undefined)[] = [];

  function fill(chosen: Slot, column: 0 | 1): string {
    if (chosen.coin !== undefined) return chosen.coin(random, chosen.numbers);
    const choices = column === 0 ? chosen.choices : chosen.translated;
    return expand(choices[random.early(choices.length)]!, column);
  }

  // What a record is about is drawn from the topic and the slot's number, not from the order in
  // which sentences ask for it.
  function recall(chosen: Slot, column: 0 | 1): string {
    const place = chosen.bound * 2 + column;
    const known = remembered[place];
    if (known !== undefined) return known;
    const state = random.state();
    random.restart(hash(topic, chosen.bound));
    const value = fill(chosen, column);
    random.restart(state);
    remembered[place] = value;
    return value;
  }

  function expand(parts: Entry, column: 0 | 1): string {
    let text = '';
    for (const part of parts) {
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      const value = part.bound < 0 ? fill(part, column) : recall(part, column);
      if (part.article && startsWithVowel(value)) text = `${text.slice(0, -1)}n `;
      text += value;
    }
    return text;
  }

  return {
    size: (list) => lists.get(list)?.choices.length ?? 0,
    isBilingual(list, index) {
      const found = lists.get(list)!;
      return found.translated[index] !== found.choices[index];
    },
    about(next) {
      topic = next;
      remembered.fill(undefined);
    },
    tell(list, index, column) {
      const found = lists.get(list)!;
      return capitalised(expand((column === 0 ? found.choices : found.translated)[index]!, column));
    },
    pick(list) {
      return capitalised(expand(lists.get(list)!.choices[random.early(lists.get(list)!.choices.length)]!, 0));
    },
    subject(name) {
      const known = subjects.get(name) ?? slot(`$${name}`, '');
      subjects.set(name, known);
      return recall(known, 0);
    },
  };
}

/** The [list name, line] pairs that concern a discipline. */
function selectLines(texts: readonly string[], discipline: string): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const text of texts) {
    let name = '';
    let concerns = true;
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const header = /^\[([a-z0-9.-]+)([a-z ]*)\]$/.exec(line);
      if (header !== null) {
        name = header[1]!;
        concerns = header[2] === '' || header[2]!.trim().split(' ').includes(discipline);
      } else if (concerns) found.push([name, line]);
    }
  }
  return found;
}

function startsWithVowel(value: string): boolean {
  return /^([aeio]|u(?!ni|s[aeiou]))/i.test(value);
}

function capitalised(text: string): string {
  const first = text.charCodeAt(0);
  // Letters with a case outside ASCII (Étude, Исследование) are written as capitals in the lists.
  return first >= 97 && first <= 122 ? String.fromCharCode(first - 32) + text.slice(1) : text;
}
