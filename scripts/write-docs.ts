import { writeFileSync } from 'node:fs';
import { settingsManual } from '../src/config/docs.ts';
import { errorsManual } from './errors-manual.ts';

const pages = { 'errors.md': await errorsManual(), 'settings.md': settingsManual() };
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(new URL(`../docs/${name}`, import.meta.url), text);
  console.log(`wrote docs/${name}`);
}
