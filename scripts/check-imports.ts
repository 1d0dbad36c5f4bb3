/**
 * Imports between the rooms of src/ go one way, down the list of docs/ARCHITECTURE.md, and files do not import each other in circles.
 * Tests may import what they like.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const rooms = [
  'cli',
  'web',
  'supervisor',
  'cluster',
  'library',
  'monitor',
  'profile',
  'formats',
  'files',
  'access',
  'people',
  'search',
  'citations',
  'demo',
  'records',
  'index',
  'site',
  'marc',
  'mail',
  'jobs',
  'store',
  'html',
  'yaml',
  'config',
  'errors',
];

const statement = /^(?:import|export)\b(?:[^;'"]*?\bfrom)?\s*['"](\.[^'"]+)['"]/gm;
const typeStatement = /^(?:import|export)\s+type\b/;
const call = /\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/g;

interface Import {
  readonly from: string;
  readonly to: string;
  /** Types are gone at run time, and what is imported by a call is there before it is called: neither makes a circle that matters. */
  readonly late: boolean;
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(file, 'utf8');
  const found = (to: string, late: boolean) => ({ from: file, to: normalize(join(dirname(file), to)), late });
  return [
    ...[...text.matchAll(statement)].map(([whole, to = '']) => found(to, typeStatement.test(whole))),
    ...[...text.matchAll(call)].map(([, to = '']) => found(to, true)),
  ];
}

function directionProblem({ from, to }: Import): string | undefined {
  const [above, below] = [from, to].map((path) => path.split('/')[1] ?? '');
  if (!to.startsWith('src/')) return `${from} imports ${to}, which is outside src`;
  for (const room of [above, below]) if (!rooms.includes(room ?? '')) return `${room} is not a room of this house`;
  const goesUp = rooms.indexOf(below ?? '') < rooms.indexOf(above ?? '');
  return goesUp ? `${from} imports ${to}: ${above} is below ${below}` : undefined;
}

function circles(imports: readonly Import[]): readonly string[] {
  const next = Map.groupBy(
    imports.filter((each) => !each.late),
    ({ from }) => from,
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) found.push(`in a circle: ${[...path.slice(at), file].join(' -> ')}`);
    if (at >= 0 || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}

const files = globSync('src/**/*.ts').filter((file) => !file.endsWith('.test.ts'));
const imports = files.flatMap(importsOf);
const problems = [...imports.map(directionProblem).filter((problem) => problem !== undefined), ...circles(imports)];
for (const problem of problems) console.error(problem);
if (files.length === 0) console.error('no files: run this in the clone');
process.exitCode = problems.length > 0 || files.length === 0 ? 1 : 0;
