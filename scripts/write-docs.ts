/**
 * Writes the pages that come from the code. `--check` writes nothing, and names those that are out
 * of date.
 */
import { writeFileSync } from 'node:fs';
import { madePages } from './made-pages.ts';

const checks = process.argv.includes('--check');
for (const { path, file, text, isCurrent } of await madePages()) {
  if (!checks) {
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  } else if (!isCurrent) {
    console.error(`${path} is out of date: run npm run docs`);
    process.exitCode = 1;
  }
}
