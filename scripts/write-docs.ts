import { readFileSync, writeFileSync } from 'node:fs';
import { settingsManual } from '../src/config/docs.ts';
import { errorsManual } from './errors-manual.ts';
import { pagesWithParts, withWrittenParts } from './written-parts.ts';

const folder = new URL('../docs/', import.meta.url);
const pages: Record<string, string> = {
  'errors.md': await errorsManual(),
  'settings.md': settingsManual(),
};
for (const name of pagesWithParts) pages[name] = withWrittenParts(readFileSync(new URL(name, folder), 'utf8'));
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(new URL(name, folder), text);
  console.log(`wrote docs/${name}`);
}
