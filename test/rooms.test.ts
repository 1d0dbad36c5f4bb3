import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { importProblems } from '../scripts/check-imports.ts';
import type { Room } from '../scripts/rooms.ts';
import { pagesWithParts, withWrittenParts } from '../scripts/written-parts.ts';

test('parts of documents that come from the code are as the code says; `npm run docs` writes them', () => {
  for (const name of pagesWithParts) {
    const page = readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');
    assert.match(page, /written by npm run docs/);
    assert.ok(page === withWrittenParts(page), `docs/${name} is out of date: run npm run docs`);
  }
});

const room = (...imports: readonly string[]): Room => ({ for: '', notFor: '', imports });
const problems = (rooms: Readonly<Record<string, Room>>, files: Readonly<Record<string, string>>) =>
  importProblems(new Map(Object.entries(files)), rooms);

const roof = "import { b } from '../ground/b.ts';\n";
const house = { roof: room('ground'), ground: room() };

test('imports that are declared, and all of them used, are no problem', () => {
  assert.deepEqual(problems(house, { 'src/roof/a.ts': roof, 'src/ground/b.ts': '' }), []);
});

for (const [how, text] of [
  ['a value', "import { a } from '../roof/a.ts';\n"],
  ['a type', "import type { A } from '../roof/a.ts';\n"],
  ['what is passed on', "export { a } from '../roof/a.ts';\n"],
  ['a call', "const a = () => import('../roof/a.ts');\n"],
  ['several lines', "import {\n  a,\n  type A,\n} from '../roof/a.ts';\n"],
] as const)
  test(`an import that is not declared is refused: ${how}`, () => {
    assert.deepEqual(problems(house, { 'src/roof/a.ts': roof, 'src/ground/b.ts': '', 'src/ground/c.ts': text }), [
      'src/ground/c.ts imports src/roof/a.ts: ground may not import roof (scripts/rooms.ts)',
    ]);
  });

test('what makes each start slow is refused as a module, and not as types or in tests', () => {
  const said = ["src/one/a.ts imports node:http: take it with process.getBuiltinModule('node:http')"];
  const one = (file: string, text: string) => problems({ one: room() }, { [file]: text });
  assert.deepEqual(
    one('src/one/a.ts', "import { x } from 'node:net';\nimport { request, type Agent } from 'node:http';\n"),
    said,
  );
  assert.deepEqual(one('src/one/a.ts', "import type { Agent } from 'node:http';\nimport { x } from 'node:net';\n"), []);
  assert.deepEqual(one('src/one/a.test.ts', "import { request } from 'node:http';\n"), []);
});

test('a pair that nobody uses is refused, also when only a test uses it', () => {
  const unused = ['roof may import ground and does not: take that out of scripts/rooms.ts'];
  assert.deepEqual(problems(house, { 'src/roof/a.ts': '', 'src/ground/b.ts': '' }), unused);
  assert.deepEqual(problems(house, { 'src/roof/test-a.ts': roof, 'src/ground/b.ts': '' }), unused);
});

test('files in a circle are refused, of types and of calls too', () => {
  const back = { type: "import type { A } from './a.ts';\n", call: "const a = () => import('./a.ts');\n" };
  for (const text of Object.values(back))
    assert.deepEqual(
      problems({ one: room() }, { 'src/one/a.ts': "import { b } from './b.ts';\n", 'src/one/b.ts': text }),
      ['files in a circle: src/one/a.ts -> src/one/b.ts -> src/one/a.ts'],
    );
});

test('rooms in a circle are refused though none of their files are', () => {
  const files = {
    'src/one/a.ts': "import { b } from '../two/b.ts';\n",
    'src/two/b.ts': '',
    'src/two/c.ts': "import { d } from '../one/d.ts';\n",
    'src/one/d.ts': '',
  };
  assert.deepEqual(problems({ one: room('two'), two: room('one') }, files), ['rooms in a circle: one -> two -> one']);
});

test('a folder that nobody has declared is refused, also beside declared ones', () => {
  const rooms = { web: room(), 'web/search': room() };
  const files = { 'src/web/app.ts': '', 'src/web/search/page.ts': '', 'src/web/new/page.ts': '', 'src/new/a.ts': '' };
  assert.deepEqual(problems(rooms, files), [
    'src/web/new/page.ts is in no room: scripts/rooms.ts names them',
    'src/new/a.ts is in no room: scripts/rooms.ts names them',
  ]);
});

test('what is for tests is used by tests only, and nothing outside src is used', () => {
  const text = "import { a } from './test-a.ts';\nimport { b } from '../../bench/b.ts';\n";
  assert.deepEqual(problems({ one: room() }, { 'src/one/b.ts': text, 'src/one/test-a.ts': '' }), [
    'src/one/b.ts imports src/one/test-a.ts, which is for tests',
    'src/one/b.ts imports bench/b.ts, which is outside src',
  ]);
});
