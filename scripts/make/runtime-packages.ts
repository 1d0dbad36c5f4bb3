import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** They need their dependencies only to be built, and here they are built. */
const built = new Set(['node_modules/roaring']);

/** Folders of the packages that the program loads, by package-lock.json: "node_modules/pg". */
export function runtimePackages(tree: string): ReadonlySet<string> {
  const { packages } = JSON.parse(readFileSync(join(tree, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    if (built.has(path)) return;
    const { dependencies = {}, optionalDependencies = {} } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const where = placesOf(path, name).find((place) => place in packages);
      if (where !== undefined) visit(where);
    }
  };
  visit('');
  found.delete('');
  return found;
}

/** Where Node looks for a package that another one asks for, the nearest first. */
function placesOf(path: string, name: string): readonly string[] {
  const above = path.lastIndexOf('/node_modules/');
  const here = path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`;
  if (path === '') return [here];
  return [here, ...placesOf(above === -1 ? '' : path.slice(0, above), name)];
}
