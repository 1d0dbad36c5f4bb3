import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ErrorKind, errorCatalogue } from '../src/errors/errors.ts';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** docs/errors.md: every error that a room declares, by room: the first folder under src/. */
export async function errorsManual(): Promise<string> {
  const byRoom = new Map<string, readonly ErrorKind[]>();
  for (const file of globSync('**/errors.ts', { cwd: source }).sort()) {
    const room = file.split('/')[0]!;
    const kinds = [...(byRoom.get(room) ?? []), ...(await declaredIn(`${source}${file}`))];
    byRoom.set(
      room,
      kinds.sort((a, b) => (a.code < b.code ? -1 : 1)),
    );
  }
  const parts = [...byRoom]
    .filter(([, kinds]) => kinds.length > 0)
    .map(([room, kinds]) => `## ${room}\n\n${kinds.map(entry).join('\n')}`);
  const told = new Set([...byRoom.values()].flatMap((kinds) => kinds.map(({ code }) => code)));
  const untold = errorCatalogue().filter(({ code }) => !told.has(code));
  if (untold.length > 0) throw new Error(`declared outside an errors.ts: ${untold.map(({ code }) => code).join(', ')}`);
  return `# Errors

Every error that Reperio shows has a code that never changes, its HTTP status on a page or in the API, and a hint. Words in braces are
filled in. A command prints the message and the hint. \`npm run docs\` writes this page.

${parts.join('\n')}`;
}

async function declaredIn(file: string): Promise<readonly ErrorKind[]> {
  const exported: Readonly<Record<string, unknown>> = await import(file);
  const declared = new Set<unknown>(errorCatalogue());
  return Object.values(exported)
    .flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
    .filter((value): value is ErrorKind => declared.has(value));
}

function entry({ code, status, message, hint }: ErrorKind): string {
  return `### ${code}\n\n${status}: ${message}\n\n${hint}\n`;
}
