import { readFileSync } from 'node:fs';
import { settingsManual } from '../src/config/docs.ts';
import { errorsManual } from './errors-manual.ts';
import { pagesWithParts, withWrittenParts } from './written-parts.ts';

const folder = new URL('../docs/', import.meta.url);

/** A page of docs/ that comes from the code, or of which parts do. */
interface MadePage {
  /** From the clone: docs/errors.md. */
  readonly path: string;
  readonly file: URL;
  readonly text: string;
  /** Is it in its file as the code says it? */
  readonly isCurrent: boolean;
}

export async function madePages(): Promise<readonly MadePage[]> {
  const texts: Record<string, string> = { 'errors.md': await errorsManual(), 'settings.md': settingsManual() };
  for (const name of pagesWithParts) texts[name] = withWrittenParts(textOf(name));
  return Object.entries(texts).map(([name, text]) => ({
    path: `docs/${name}`,
    file: new URL(name, folder),
    text,
    isCurrent: text === textOf(name),
  }));
}

function textOf(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}
