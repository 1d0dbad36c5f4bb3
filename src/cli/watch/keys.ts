/** What somebody has pressed: a sign, or the name of a key. */
export type Key = string;

const sequences: Readonly<Record<string, Key>> = {
  ...{ '[A': 'up', OA: 'up', '[B': 'down', OB: 'down', '[5~': 'page-up', '[6~': 'page-down' },
  ...{ '[H': 'home', OH: 'home', '[1~': 'home', '[F': 'end', OF: 'end', '[4~': 'end' },
};
const signs: Readonly<Record<string, Key>> = {
  ...{ '\r': 'enter', '\n': 'enter', '\x03': 'quit', '\x04': 'quit', '\x7f': 'back', '\b': 'back' },
};

/** What a terminal sends, as keys; sequences of keys that mean nothing here are left out. */
export function keysIn(text: string): readonly Key[] {
  const keys: Key[] = [];
  for (const [all, sequence] of text.matchAll(/\x1b(\[[0-?]*[ -/]*[@-~]|O[@-~])|[\s\S]/gu)) {
    if (sequence !== undefined) {
      const key = sequences[sequence];
      if (key !== undefined) keys.push(key);
    } else if (all === '\x1b') keys.push('escape');
    else {
      const key = signs[all] ?? all;
      if (key.length > 1 || key >= ' ') keys.push(key);
    }
  }
  return keys;
}
