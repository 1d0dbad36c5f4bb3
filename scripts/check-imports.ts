/**
 * Imports between the rooms of src/ are those that rooms.ts declares, all of them and no other;
 * neither rooms nor files import each other in circles, types and
 * `import()` included. Tests and what they share (`test-*.ts`, `testing/`) may import what they like, and nothing else imports them.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Room, rooms } from './rooms.ts';

const statement = /^(?:import|export)\b(?:[^;'"]*?\bfrom)?\s*['"](\.[^'"]+)['"]/gm;
const call = /\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/g;
/** As an ES module it reads undici too, 45 ms of CPU at each start. */
const costly = /^import (?!type)[^;]*? from '(node:https?)'/m;
const test = /\.test\.ts$|(?:^|\/)test-[^/]+\.ts$|\/testing(?:\.ts$|\/)/;

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Sentences; none when all is well. `files`: texts by path, as "src/web/app.ts". */
export function importProblems(
  files: ReadonlyMap<string, string>,
  declared: Readonly<Record<string, Room>>,
): readonly string[] {
  const imports = [...files].filter(([file]) => !test.test(file)).flatMap(([file, text]) => importsOf(file, text));
  const homeless = [...files.keys()].filter((file) => roomOf(file, declared) === undefined);
  const between = imports.map(({ from, to }) => [roomOf(from, declared), roomOf(to, declared)] as const);
  const used = new Set(between.map(([from, to]) => `${from} ${to}`));
  const pairs = Object.entries(declared).flatMap(([from, room]) => room.imports.map((to) => ({ from, to })));
  return [
    ...[...files].flatMap(([file, text]) => {
      const [, name] = (test.test(file) ? undefined : costly.exec(text)) ?? [];
      return name === undefined ? [] : [`${file} imports ${name}: take it with process.getBuiltinModule('${name}')`];
    }),
    ...homeless.map((file) => `${file} is in no room: scripts/rooms.ts names them`),
    ...imports.map((each, at) => problemOf(each, between[at]!, declared)).filter((problem) => problem !== undefined),
    ...pairs
      .filter(({ from, to }) => !used.has(`${from} ${to}`))
      .map(({ from, to }) => `${from} may import ${to} and does not: take that out of scripts/rooms.ts`),
    ...circles(pairs).map((circle) => `rooms in a circle: ${circle}`),
    ...circles(imports).map((circle) => `files in a circle: ${circle}`),
  ];
}

function importsOf(from: string, text: string): readonly Import[] {
  return [statement, call].flatMap((form) =>
    [...text.matchAll(form)].map(([, to = '']) => ({ from, to: normalize(join(dirname(from), to)) })),
  );
}

/**
 * The deepest folder that is declared; a folder beside declared ones (web/new beside web/search)
 * belongs to none.
 */
function roomOf(file: string, declared: Readonly<Record<string, Room>>): string | undefined {
  const [, ...folders] = dirname(file).split('/');
  for (let depth = folders.length; depth > 0; depth--) {
    const room = folders.slice(0, depth).join('/');
    if (!Object.hasOwn(declared, room)) continue;
    const hasInner = Object.keys(declared).some((other) => other.startsWith(`${room}/`));
    return hasInner && depth < folders.length ? undefined : room;
  }
  return undefined;
}

function problemOf(
  { from, to }: Import,
  [above, below]: readonly [string | undefined, string | undefined],
  declared: Readonly<Record<string, Room>>,
): string | undefined {
  if (!to.startsWith('src/')) return `${from} imports ${to}, which is outside src`;
  if (test.test(to)) return `${from} imports ${to}, which is for tests`;
  if (above === undefined || below === undefined || above === below) return undefined;
  return declared[above]?.imports.includes(below)
    ? undefined
    : `${from} imports ${to}: ${above} may not import ${below} (scripts/rooms.ts)`;
}

/** Each as "a -> b -> a". */
function circles(imports: readonly Import[]): readonly string[] {
  const next = Map.groupBy(imports, ({ from }) => from);
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (one: string, path: readonly string[]): void => {
    const at = path.indexOf(one);
    if (at >= 0) found.push([...path.slice(at), one].join(' -> '));
    if (at >= 0 || done.has(one)) return;
    for (const { to } of next.get(one) ?? []) visit(to, [...path, one]);
    done.add(one);
  };
  for (const one of next.keys()) visit(one, []);
  return found;
}

if (import.meta.main) {
  const paths = globSync('src/**/*.ts').filter((file) => !file.endsWith('.test.ts'));
  const problems = importProblems(new Map(paths.map((file) => [file, readFileSync(file, 'utf8')])), rooms);
  for (const problem of problems) console.error(problem);
  if (paths.length === 0) console.error('no files: run this in the clone');
  process.exitCode = problems.length > 0 || paths.length === 0 ? 1 : 0;
}
