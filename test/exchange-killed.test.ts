import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { askForRun } from '../src/exchange/harvest/ask.ts';
import { addSource, usualSteps } from '../src/exchange/harvest/source.ts';
import { field } from '../src/formats/test-records.ts';
import { compileAnalyzer } from '../src/index/analysis/analyzer.ts';
import { requireJob } from '../src/jobs/queue/read.ts';
import { wishOfJob } from '../src/jobs/queue/wishes.ts';
import { applySite } from '../src/library/apply-site.ts';
import { controlField, type MarcRecord } from '../src/marc/record.ts';
import { deleteRecord, writeRecords } from '../src/records/write.ts';
import { parseSite } from '../src/site/parse.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { processBelow } from './support/process-below.ts';
import { seed } from './support/property.ts';
import { environmentOf, type ReleaseNode, type ServingNode, serveNode } from './support/release-node.ts';
import { exchangeRounds } from './support/scale.ts';
import { waitFor } from './support/wait.ts';

/**
 * A library is written to and harvested, by another library and by a client that asks for what is
 * new, while its processes and the harvesting job are killed. At the end both have each record as
 * it is, and none that is closed or deleted.
 */

const rounds = exchangeRounds(4);
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'reperio-exchange-'));
const siteText = `
extends: default
site: {name: Source, languages: [en], admin: a@b.example}
collections:
  - {name: Home, query: '-980__a:"VAULT"'}
  - {name: Vault, query: '980__a:"VAULT"', restricted: true}
oai: {repository: source.example, page: 5, sets: [{spec: even, name: Even, query: "title:even"}]}
`;
const analyzer = compileAnalyzer(parseSite(siteText).site!);
/**
 * The whole node is one of them: the supervisor lets a process that dies again and again rest for
 * up to a minute, and with a new supervisor that begins anew.
 */
const victims = ['web', 'background', 'job', 'node'] as const;

/** ms: a process that died young may rest for some seconds. */
const patience = 240_000;

let source: TestDatabase;
let taker: TestDatabase;
before(async () => {
  source = await openTestDatabase();
  taker = await openTestDatabase();
  await applySite(source.database, siteText);
});
after(async () => {
  await source.release();
  await taker.release();
  rmSync(root, { recursive: true, force: true });
});

let state = seed;
/** Between 0 and 1, the same for the same seed. */
function random(): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return state / 0x7fffffff;
}

function record(title: string, kind: string, id?: number): MarcRecord {
  const number = id === undefined ? [] : [controlField('001', String(id))];
  return { leader: '', fields: [...number, field('245__', `$a${title}`), field('980__', `$a${kind}`)] };
}

/** What the source is: titles by number; undefined: nobody may have it. */
const truth = new Map<number, string | undefined>();
const deleted = new Set<number>();
let written = 0;

async function writeSome(count: number): Promise<void> {
  const { database } = source;
  for (let n = 0; n < count; n++) {
    const ids = [...truth.keys()].filter((id) => !deleted.has(id));
    const id = ids[Math.floor(random() * ids.length)];
    const title = `Work ${++written} ${written % 2 === 0 ? 'even' : 'odd'}`;
    const what = random();
    if (id === undefined || what < 0.4 || (truth.get(id) === undefined && what < 0.6)) {
      const writes = [{ record: record(title, 'ARTICLE'), mode: 'insert', reason: 'test' }] as const;
      const [made] = await writeRecords(database, analyzer, writes);
      truth.set(made!.id, title);
    } else if (what < 0.85) {
      const kind = what < 0.75 ? 'ARTICLE' : 'VAULT';
      const writes = [{ record: record(title, kind, id), mode: 'replace', reason: 'test' }] as const;
      await writeRecords(database, analyzer, writes);
      truth.set(id, kind === 'VAULT' ? undefined : title);
    } else {
      await deleteRecord(database, analyzer, id, 'test');
      truth.set(id, undefined);
      deleted.add(id);
    }
  }
}

/** A harvester that keeps what it got, and asks for what is new since its last whole list. */
class Client {
  readonly #base: string;
  readonly #set: string;
  readonly has = new Map<number, string | undefined>();
  #from: string | undefined;

  constructor(base: string, set: string) {
    this.#base = base;
    this.#set = set;
  }

  /** One list to its end; false: it broke off, and what came is kept. */
  async list(): Promise<boolean> {
    const from = this.#from === undefined ? '' : `&from=${this.#from}`;
    const set = this.#set === '' ? '' : `&set=${this.#set}`;
    let query = `metadataPrefix=oai_dc${from}${set}`;
    let first: string | undefined;
    for (;;) {
      const body = await this.#ask(`${this.#base}?verb=ListRecords&${query}`);
      if (body === undefined) return false;
      first ??= /<responseDate>([^<]*)</.exec(body)![1]!;
      if (!/<error code="noRecordsMatch"/.test(body)) assert.doesNotMatch(body, /<error/);
      for (const [, part] of body.matchAll(/<record>([\s\S]*?)<\/record>/g)) {
        const id = Number(/<identifier>oai:source\.example:(\d+)</.exec(part!)![1]);
        this.has.set(id, /status="deleted"/.test(part!) ? undefined : /<dc:title>([^<]*)</.exec(part!)![1]);
      }
      const token = /<resumptionToken[^>]*>([^<]+)</.exec(body)?.[1];
      if (token === undefined) break;
      query = `resumptionToken=${token}`;
    }
    this.#from = first;
    return true;
  }

  async #ask(url: string): Promise<string | undefined> {
    try {
      const answer = await fetch(url);
      const body = await answer.text();
      return answer.status === 200 ? body : undefined;
    } catch {
      return undefined;
    }
  }
}

function live(has: ReadonlyMap<number, string | undefined>): string[] {
  return [...has].flatMap(([id, title]) => (title === undefined ? [] : [`${id} ${title}`])).sort();
}

test('nothing is lost by harvests under writes while servers and harvesting jobs are killed', async (t) => {
  const node: ReleaseNode = { name: 'source', main, folder: join(root, 'source'), databaseUrl: source.url };
  const other: ReleaseNode = {
    ...{ name: 'taker', main, folder: join(root, 'taker'), databaseUrl: taker.url },
    settings: { REPERIO_HARVEST_NETWORKS: '127.0.0.0/8, ::1' },
  };
  let server: ServingNode = await serveNode(node);
  const port = Number(new URL(server.address).port);
  const base = `${server.address.replace(/\/$/, '')}/oai2d`;
  const clients = ['', 'even'].map((set) => new Client(base, set));
  const id = await addSource(taker.database, {
    ...{ name: 'source', base, prefix: 'marcxml', sets: [], mode: 'insert-or-replace', steps: usualSteps },
    ...{ onError: 'go-on', deleted: 'delete', person: undefined },
  });
  const startJobs = (): ChildProcess =>
    spawn(process.execPath, [main, 'tasks', 'work'], { env: environmentOf(other), stdio: 'ignore' });
  let jobs = startJobs();
  const killed: Record<string, number> = {};
  const harvest = () => taker.database.transaction((transaction) => askForRun(transaction, { id, name: 'source' }, {}));
  const ended = (job: number, what: string) =>
    waitFor(
      what,
      async () => {
        const { state: now, problem } = await requireJob(taker.database, job);
        // What had the bad luck of three kills waits for somebody.
        if (now === 'failed') {
          assert.match(problem ?? '', /killed three times|does not answer|ECONN|hang up/);
          await taker.database.transaction((transaction) => wishOfJob(transaction, job, 'wake'));
        }
        return now === 'done';
      },
      patience,
    );
  try {
    await writeSome(20);
    for (let round = 0; round < rounds; round++) {
      const job = await harvest();
      let victim = victims[round % victims.length]!;
      const work = Promise.all([writeSome(6), ...clients.map((client) => client.list())]);
      await sleep(random() * 1_500);
      if (victim === 'job') {
        const gone = once(jobs, 'exit');
        jobs.kill('SIGKILL');
        await gone;
        jobs = startJobs();
      } else if (victim === 'node') {
        await server.kill();
        server = await serveNode(node, port);
      } else {
        // One that died young is not there for a while: dates stand still then.
        const sender = victim === 'web' ? undefined : processBelow(server.pid, 'web/background.ts');
        if (sender === undefined) victim = 'web';
        const worker = () => processBelow(server.pid, 'web/worker.ts');
        const pid = sender ?? (await waitFor('a process that answers', worker));
        process.kill(pid, 'SIGKILL');
      }
      killed[victim] = (killed[victim] ?? 0) + 1;
      await work;
      await ended(job, `the end of harvest ${round + 1}`);
    }
    await waitFor(
      'a date of each version',
      async () => {
        const [behind] = await source.database.query(sql`
        SELECT FROM record LEFT JOIN oai_entry ON set_id = 0 AND record_id = id
        WHERE oai_entry.revision IS DISTINCT FROM record.revision AND NOT (oai_entry.gone IS NOT FALSE AND (deleted OR marc LIKE '%VAULT%'))
          OR (NOT oai_entry.gone AND (deleted OR marc LIKE '%VAULT%')) LIMIT 1`);
        return behind === undefined;
      },
      patience,
    );
    // The last is as any other: what an earlier one has missed it does not bring.
    await waitFor('the last list', async () =>
      (await Promise.all(clients.map((client) => client.list()))).every(Boolean),
    );
    await ended(await harvest(), 'the last harvest');
    const [all, even] = clients;
    assert.deepEqual(live(all!.has), live(truth));
    assert.deepEqual(
      live(even!.has),
      live(truth).filter((line) => line.endsWith('even')),
    );
    const rows = await taker.database.query<{ id: number; title: string; deleted: boolean; fate: string }>(sql`
      SELECT id, deleted, substring(marc FROM 'Work [0-9]+ [a-z]+') AS title, (
        SELECT string_agg(concat_ws(' ', identifier, outcome, 'run', run_id, code, message), ', ') FROM harvest_record
        WHERE record_id = id) AS fate
      FROM record`);
    const titles = new Set(live(truth).map((line) => line.replace(/^\d+ /, '')));
    const taken = new Set(rows.flatMap(({ deleted: isGone, title }) => (isGone ? [] : [title])));
    const isWrong = rows.filter(({ title, deleted: isGone }) => titles.has(title) === isGone);
    assert.deepEqual(isWrong, [], 'no record is as it was, or gone');
    assert.deepEqual([...taken].sort(), [...titles].sort());
    const deaths = Object.entries(killed).map(([who, times]) => `${who} ${times}`);
    t.diagnostic(`${rounds} rounds (killed: ${deaths.join(', ')}), ${truth.size} records, ${written} writes`);
  } finally {
    jobs.kill('SIGKILL');
    await server.stop();
  }
});
