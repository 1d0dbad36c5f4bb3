import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';

const main = join(import.meta.dirname, 'main.ts');
const counter = `import { registerHooks } from 'node:module';
let modules = 0;
registerHooks({ load: (url, context, next) => { modules += url.startsWith('node:') ? 0 : 1; return next(url, context); } });
process.on('exit', () => process.stderr.write('modules: ' + modules));`;

function modulesOf(words: readonly string[]): number {
  const counting = `--import=data:text/javascript,${encodeURIComponent(counter)}`;
  const { stderr } = spawnSync(process.execPath, [counting, main, ...words, '--help'], { encoding: 'utf8' });
  return Number(/modules: (\d+)/.exec(stderr)?.[1]);
}

/** What is typed all day loads little: each module is a quarter of a millisecond of its start. */
const limits = {
  help: 60,
  status: 80,
  config: 60,
  record: 160,
  index: 220,
  jobs: 170,
  tasks: 160,
  loads: 150,
  person: 210,
};

for (const [name, most] of Object.entries(limits))
  it(`loads few modules for ${name}`, () => {
    const modules = modulesOf([name]);
    assert.ok(modules > 0 && modules <= most, `${modules} modules, at most ${most}`);
  });
