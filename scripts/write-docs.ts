import { readFileSync, writeFileSync } from 'node:fs';
import { settingsManual } from '../src/config/docs.ts';
import { errorsManual } from './errors-manual.ts';
import { withRooms } from './rooms-manual.ts';

const folder = new URL('../docs/', import.meta.url);
const pages = {
  'errors.md': await errorsManual(),
  'settings.md': settingsManual(),
  'ARCHITECTURE.md': withRooms(readFileSync(new URL('ARCHITECTURE.md', folder), 'utf8')),
};
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(new URL(name, folder), text);
  console.log(`wrote docs/${name}`);
}
