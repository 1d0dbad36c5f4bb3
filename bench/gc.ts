/**
 * What `reperio gc --dry-run` takes in a library in which each tenth record has a document, and one
 * content in a thousand is named by none; the peer is what it cannot do without: a list of the
 * store (`find`) and a count of the rows. `node bench/gc.ts --records 100000 --data /var/tmp/bench`
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import sql, { type Sql } from 'sql-template-tag';
import { installationFolder } from '../src/config/settings.ts';
import { contentPath } from '../src/files/content.ts';
import { openContentStore } from '../src/files/open.ts';
import { collectGarbage, kindsNamed } from '../src/maintain/gc/collect.ts';
import type { Database } from '../src/store/database.ts';
import { openLoaded } from './lib/loaded.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { holdServer, reperio, settingsOf } from './lib/reperio.ts';
import { machineLine, median, milliseconds, ratio, table } from './lib/report.ts';

const options = { ...benchOptions({ records: 100_000, passes: 5 }), peer: false };
const settings = settingsOf(options.data);
const files = join(options.data, 'files');

await runBench(options, async () => {
  await (await openLoaded(options)).close();
  const server = await holdServer(options.data);
  try {
    const { database } = server;
    const store = openContentStore(database, settings);
    await store.incoming();
    await makeContents(database, Math.floor(options.records / 10));
    const context = {
      ...{ database, store, settings, release: installationFolder, signal: new AbortController().signal },
      ...{ now: Date.now, advance: () => undefined },
    };
    const dryRun = { kinds: kindsNamed([], undefined), olderThan: undefined, dryRun: true, anyway: false };
    const revisions = { ...dryRun, kinds: kindsNamed(['revisions'], undefined), olderThan: 365 * 86_400_000 };
    const times: Record<'all' | 'revisions' | 'peer' | 'command', number[]> = {
      ...{ all: [], revisions: [], peer: [], command: [] },
    };
    for (let pass = 0; pass < options.passes; pass++) {
      times.all.push(await timed(() => collectGarbage(context, dryRun)));
      times.peer.push(await timed(() => peer(database)));
      times.revisions.push(await timed(() => collectGarbage(context, revisions)));
      times.command.push((await reperio(options.data, ['gc', '--dry-run'])).seconds * 1000);
    }
    const row = (what: string, key: keyof typeof times): string[] => {
      const took = median(times[key]);
      return [what, milliseconds(took), ratio(took, median(times.peer))];
    };
    console.log(`${options.records.toLocaleString('en')} records. ${machineLine()}`);
    const columns = [{ title: 'what', align: 'left' as const }, { title: 'milliseconds' }, { title: 'peer / ours' }];
    console.log(
      table(columns, [
        row('all kinds, dry run', 'all'),
        row('the same as a command', 'command'),
        row('revisions, dry run', 'revisions'),
        row('peer: find, and a count of the rows', 'peer'),
      ]),
    );
  } finally {
    await server.release();
  }
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function peer(database: Database): Promise<void> {
  const list = promisify(execFile)('find', [files, '-type', 'f', '-printf', '%f %s %T@\\n'], { maxBuffer: 2 ** 30 });
  await Promise.all([list, database.query(sql`SELECT count(DISTINCT digest) FROM file`)]);
}

/** Small files, and rows that name all but one in a thousand. */
async function makeContents(database: Database, count: number): Promise<void> {
  const [found] = await database.query<{ files: number }>(sql`SELECT count(*)::integer AS files FROM file`);
  if (found!.files > 0) return;
  const named: string[] = [];
  for (let number = 0; number < count; number++) {
    const text = `document ${number}`;
    const digest = createHash('sha256').update(text).digest('hex');
    const path = join(files, contentPath(digest));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (number % 1_000 !== 0) named.push(digest);
  }
  // A million records take longer than a statement may.
  const query = (statement: Sql) => database.transaction((transaction) => transaction.query(statement), { timeout: 0 });
  await query(sql`
    WITH given AS (SELECT digest, at::integer AS at FROM unnest(${named}::text[]) WITH ORDINALITY AS given (digest, at)),
      made AS (INSERT INTO document (record_id, name) SELECT at, 'paper' FROM given RETURNING id, record_id)
    INSERT INTO file (document_id, version, format, digest, bytes)
    SELECT id, 1, 'txt', decode(digest, 'hex'), 10 FROM made JOIN given ON at = record_id`);
  await query(sql`
    INSERT INTO revision (record_id, revision, modified, replaced, reason, marc)
    SELECT id, number, modified, now() - make_interval(years => 10 - number), 'bench', marc
    FROM record, generate_series(1, 8) AS number WHERE id % 10 = 0`);
  await database.query(sql`ANALYZE`);
}
