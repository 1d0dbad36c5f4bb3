import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
let names: ReadonlySet<string> | undefined;

/** Names of the indexes that the migrations make, but for those of keys and constraints. */
export function declaredIndexes(): ReadonlySet<string> {
  names ??= new Set(
    globSync('*.sql', { cwd: folder }).flatMap((file) =>
      [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/CREATE (?:UNIQUE )?INDEX (\w+)/g)].map(
        ([, name = '']) => name,
      ),
    ),
  );
  return names;
}
