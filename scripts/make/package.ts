/**
 * scripts/package deb|rpm|container [RELEASE.tar.zst] [--out FOLDER]: what other machines install,
 * from a release that scripts/release made. scripts/package repository FOLDER: makes a repository
 * of apt and dnf of the packages in a folder.
 */
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeContainer } from './container.ts';
import { makeDeb } from './deb.ts';
import { type PackagePlan, planOf } from './plan.ts';
import { Refusal, runScript } from './refuse.ts';
import { makeRepository } from './repository.ts';
import { makeRpm } from './rpm.ts';
import { withWork } from './run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const usage =
  'scripts/package deb|rpm|container [RELEASE.tar.zst] [--out FOLDER] [--revision N] [--maintainer "NAME <ADDRESS>"], or scripts/package repository FOLDER [--key ID].';

const makers: Readonly<Record<string, (plan: PackagePlan) => Promise<string>>> = {
  deb: makeDeb,
  rpm: makeRpm,
  container: makeContainer,
};

await runScript(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string', default: join(root, 'dist') },
      revision: { type: 'string', default: '1' },
      maintainer: { type: 'string', default: 'Reperio <reperio@library.example>' },
      key: { type: 'string' },
    },
  });
  const [kind = '', given] = positionals;
  if (kind === 'repository' && given !== undefined) return makeRepository(resolve(given), values.key);
  const make = makers[kind];
  if (make === undefined) throw new Refusal('It has to be said what is to be made.', usage);
  const out = resolve(values.out);
  const archive = resolve(given ?? newestRelease());
  await withWork(out, async (work) => {
    const { revision, maintainer } = values;
    console.log(await make(await planOf({ root, archive, work, out, revision, maintainer })));
  });
});

/** Where scripts/release puts them. */
function newestRelease(): string {
  const found = globSync('dist/reperio-*-linux-*.tar.zst', { cwd: root }).sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const newest = found.at(-1);
  if (newest === undefined)
    throw new Refusal('There is no release in dist/.', 'Make one with scripts/release, or name its file.');
  return join(root, newest);
}
