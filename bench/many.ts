/**
 * What it costs to change many records at once: the preview and its counts, the first page of it,
 * applying it as a job, taking it back.
 * `node bench/many.ts [--records 20000]`
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addChangeSet, changeSetRecords } from '../src/cataloguing/change-sets.ts';
import { versionsAt } from '../src/cataloguing/past-versions.ts';
import { previewActions, shownChange } from '../src/cataloguing/preview.ts';
import { requireTask } from '../src/cataloguing/task-file.ts';
import { exportDemo } from '../src/demo/export.ts';
import { createDemoLibrary } from '../src/demo/library.ts';
import { requireJob } from '../src/jobs/queue/read.ts';
import { compileActions } from '../src/marc/actions/apply.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { waitFor } from '../test/support/wait.ts';
import { machineLine, table } from './lib/report.ts';

const { values } = parseArgs({ options: { records: { type: 'string', default: '20000' } } });
const many = Number(values.records);
const store = await openTestDatabase();
const { database, url } = store;
const folder = mkdtempSync(join(tmpdir(), 'reperio-bench-many-'));
const main = join(import.meta.dirname, '../src/cli/main.ts');
const environment = { ...process.env, REPERIO_DATA: folder, DATABASE_URL: url, REPERIO_MANY: String(many) };
const reperio = (...words: readonly string[]): string =>
  execFileSync(process.execPath, [main, ...words], { env: environment, encoding: 'utf8' });
const rows: string[][] = [];
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

const task = `actions:
  - { on: 245, do: replace-text, subfield: a, matches: '^(.)', with: '[$1]' }
  - { on: 100, do: add-subfield, subfield: u, value: Somewhere }
  - { on: 980__, do: add-field, subfields: [a: TOUCHED] }
`;

async function job(label: string, id: number): Promise<void> {
  const done = await waitFor('its end', async () => {
    const found = await requireJob(database, id);
    return found.ended === null ? undefined : found;
  });
  const took = done.took ?? 0;
  rows.push([label, seconds(took), `${Math.round(many / (took / 1_000))} records/s`]);
  console.log(label, done.state, done.did, done.problem ?? '');
}

let worker: ChildProcess | undefined;
try {
  const file = join(folder, 'records.xml');
  const chunks = exportDemo({ library: createDemoLibrary(), format: 'marcxml', from: 1, count: many });
  writeFileSync(file, Buffer.concat([...chunks]));
  reperio('load', file);
  const ids = Array.from({ length: many }, (_, place) => place + 1);
  const { actions } = requireTask(task);
  const run = compileActions(actions);
  const asked = performance.now();
  const made = await previewActions(
    database,
    ids,
    { run, count: actions.length, lookedUp: () => undefined },
    { hidden: [] },
  );
  const set = { ...made, person: undefined, name: 'bench', task, selection: 'all' };
  const id = await database.transaction((transaction) => addChangeSet(transaction, set));
  rows.push([`preview of ${many} records, with its counts`, seconds(performance.now() - asked), '']);
  const opened = performance.now();
  const first = await changeSetRecords(database, id, { after: 0, limit: 20 });
  const versions = await versionsAt(
    database,
    first.map(({ id: record, from }) => ({ id: record, revision: from })),
  );
  for (const version of versions.values()) shownChange(version, run, new Set(), []);
  rows.push(['first page of it', `${(performance.now() - opened).toFixed(1)} ms`, '']);
  worker = spawn(process.execPath, [main, 'tasks', 'work'], { env: environment, stdio: 'ignore' });
  await job('apply', Number(/^Job (\d+)/.exec(reperio('edit', 'apply', String(id)))![1]));
  await job('undo', Number(/^Job (\d+)/.exec(reperio('edit', 'undo', String(id)))![1]));
  console.log(machineLine());
  console.log(table([{ title: '', align: 'left' }, { title: 'time' }, { title: '' }], rows));
} finally {
  if (worker !== undefined) {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
  await store.release();
  rmSync(folder, { recursive: true });
}
