import assert from 'node:assert/strict';
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AnyCommand, CommandGroup } from '../../src/cli/command.ts';
import { commandTable } from '../../src/cli/table.ts';
import { fencesOf, readDocument, root, withoutFences } from '../support/markdown.ts';

/**
 * A command where a document shows it: at the beginning of code, of a line, behind a variable or
 * another command.
 */
const command = /(?:^|[;&|(] *|bin\/|[A-Z_]+=\S+ )reperio +([a-z][\w-]*)([^;&|`#\n)]*)/gm;

interface Shown {
  readonly file: string;
  readonly name: string;
  readonly words: readonly string[];
}

function shownIn(file: string): readonly Shown[] {
  const text = readDocument(file);
  const inline = [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  const code = [...fencesOf(text).map((fence) => fence.text.replaceAll('\\\n', ' ')), ...inline];
  return code.flatMap((each) =>
    [...each.matchAll(command)].map(([, name = '', rest = '']) => ({ file, name, words: rest.trim().split(/\s+/) })),
  );
}

function isGroup(loaded: AnyCommand | CommandGroup): loaded is CommandGroup {
  return 'commands' in loaded;
}

/** What is wrong with a command as it is shown. */
async function problemOf({ name, words }: Shown): Promise<string | undefined> {
  if (name === 'help') return undefined;
  const entry = commandTable[name];
  if (entry === undefined) return `there is no command ${name}`;
  const { command: loaded } = await entry.load();
  const [first = ''] = words;
  // "reperio tasks" alone, and "reperio person NAME", speak of the group.
  if (isGroup(loaded) && !/^[a-z]/.test(first)) return undefined;
  const found = isGroup(loaded) ? loaded.commands[first] : loaded;
  if (found === undefined) return `there is no command ${name} ${first}`;
  const options = words.flatMap((word) => /^--([a-z][a-z-]*)/.exec(word)?.[1] ?? []);
  const unknown = options.find((option) => found.options[option] === undefined && option !== 'help');
  return unknown === undefined ? undefined : `${name} ${first} has no option --${unknown}`;
}

test('commands that documents show are there, with their options', async () => {
  const files = globSync('{*.md,docs/**/*.md,examples/**/*.md}', { cwd: root });
  const shown = files.flatMap(shownIn);
  assert.ok(shown.length > 200, `${shown.length} commands`);
  const problems: string[] = [];
  for (const each of shown) {
    const problem = await problemOf(each);
    if (problem !== undefined) problems.push(`${each.file}: ${problem}`);
  }
  assert.deepEqual(problems, []);
});

test('commands that sentences of the program name are there, with their options', async () => {
  const files = globSync('src/**/*.ts', { cwd: root, exclude: (path) => path.endsWith('.test.ts') });
  const shown = files.flatMap((file) =>
    [...readDocument(file).matchAll(/`reperio +([a-z][\w-]*)([^`\n\\]*)\\?`/g)].map(
      ([, name = '', rest = '']): Shown => ({ file, name, words: rest.trim().split(/\s+/) }),
    ),
  );
  assert.ok(shown.length > 100, `${shown.length} commands`);
  const problems: string[] = [];
  for (const each of shown) {
    const problem = await problemOf(each);
    if (problem !== undefined) problems.push(`${each.file}: ${problem}`);
  }
  assert.deepEqual(problems, []);
});

test('pictures of README are there, and each is small', () => {
  const pictures = [...readDocument('README.md').matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path]) => path!);
  assert.equal(pictures.length, 3);
  for (const path of pictures) assert.ok(statSync(join(root, path)).size < 200_000, path);
});
