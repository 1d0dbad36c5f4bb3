/**
 * What documents and comments cite is there: every Markdown link with its anchor, every document
 * that is named anywhere, and every file of ours that a document or a comment names by its path.
 * Migrations are not read: their comments are history, as the files they name may be.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';

const folders = '{src,test,bench,scripts,docs,examples,.ci}';
const ignored = /^src\/store\/migrations\/|\/expected\/|^test\/data\//;
const files = [...globSync(`${folders}/**/*.{ts,md,sh,py,yaml,js,css}`), ...globSync('*.md'), ...globSync('bin/*')]
  .filter((file) => !ignored.test(file))
  .sort();
const documents = files.filter((file) => file.endsWith('.md'));
const names = new Set(globSync(`${folders}/**/*.*`).map((file) => basename(file)));

const problems: string[] = [];
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
for (const [file, text] of texts) {
  for (const name of documentsIn(text))
    if (!isThere(file, name)) problems.push(`${file} cites ${name}, which is not there`);
  const cited = file.endsWith('.md') ? pathsIn(withoutFences(text)) : pathsIn(commentsOf(text));
  for (const path of cited) if (!isThere(file, path)) problems.push(`${file} cites ${path}, which is not there`);
}
for (const file of documents) {
  const text = withoutFences(texts.get(file) ?? '');
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) checkLink(file, target);
}

/** Names that end in .md, with the path before them; not those of addresses. */
function documentsIn(text: string): readonly string[] {
  return [...text.matchAll(/(?<![\w/.:*}-])(?:[\w.-]+\/)*[\w-]+\.md\b/g)].map(([name]) => name);
}

/**
 * src/site/site.ts, scripts/check, site/site.ts; with no folder the name alone has to be somewhere.
 * NAME.ts is any.
 */
function pathsIn(text: string): readonly string[] {
  const rooted = text.matchAll(/(?<![\w/.-])(?:src|test|bench|scripts|examples)\/[\w/.-]*\w/g);
  const code = text.matchAll(/(?<![\w/.*{}-])(?:[\w-]+\/)*[\w-]+(?:\.test)?\.(?:ts|sh)\b(?!\w)/g);
  return [...rooted, ...code].map(([path]) => path).filter((path) => !/[A-Z]{3}\.ts$/.test(path));
}

function commentsOf(text: string): string {
  const comments = text.matchAll(/\/\*[\s\S]*?\*\/|(?:^|\s)(?:\/\/|#) .*$/gm);
  return [...comments].map(([comment]) => comment).join('\n');
}

function withoutFences(text: string): string {
  return text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, '');
}

function isThere(file: string, path: string): boolean {
  if (!path.includes('/') && !path.endsWith('.md')) return names.has(path);
  return ['.', 'src', 'docs', dirname(file)].some((base) => existsSync(join(base, path)));
}

function checkLink(file: string, target: string): void {
  if (/^[a-z]+:/.test(target)) return;
  const [path = '', anchor] = target.split('#');
  const to = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(to)) problems.push(`${file} links ${target}, which is not there`);
  else if (anchor !== undefined && !anchorsOf(to).has(anchor))
    problems.push(`${file} links ${target}: no such heading`);
}

/** As GitHub makes them of headings. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = withoutFences(readFileSync(file, 'utf8')).matchAll(/^#+ (.*)$/gm);
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
  return new Set([...headings].map(([, heading = '']) => anchor(heading)));
}

for (const problem of new Set(problems)) console.error(problem);
if (documents.length === 0) console.error('no documents: run this in the clone');
process.exitCode = problems.length > 0 || documents.length === 0 ? 1 : 0;
