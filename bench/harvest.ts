/**
 * How fast a harvest is: MARCXML of a local server (a process of its own) into an empty library,
 * then all of it again. `node bench/harvest.ts [--records 20000] [--page 500]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sql from 'sql-template-tag';
import { createDemoLibrary } from '../src/demo/library.ts';
import { oaiClient } from '../src/exchange/harvest/client.ts';
import { reachable } from '../src/exchange/harvest/networks.ts';
import { harvest } from '../src/exchange/harvest/run.ts';
import { beginRun, type RunAsked } from '../src/exchange/harvest/runs.ts';
import { addSource, readSource, usualSteps } from '../src/exchange/harvest/source.ts';
import { countLines } from '../src/exchange/harvest/tally.ts';
import { toMarcXml } from '../src/marc/writers/marcxml.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { machineLine, table } from './lib/report.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '20000' },
    page: { type: 'string', default: '500' },
    serve: { type: 'boolean', default: false },
  },
});
const [total, size] = [Number(values.records), Number(values.page)];
if (values.serve) serve();
else await measure();

/** Pages are made before anybody asks. */
function serve(): void {
  const oai = 'http://www.openarchives.org/OAI/2.0/';
  const library = createDemoLibrary();
  const element = (number: number): string =>
    `<record><header><identifier>oai:bench:${number}</identifier><datestamp>2025-01-01T00:00:00Z</datestamp></header><metadata>${toMarcXml(library.record(number)).replace('<record', '<record xmlns="http://www.loc.gov/MARC21/slim"')}</metadata></record>`;
  const envelope = (inside: string): string =>
    `<OAI-PMH xmlns="${oai}"><responseDate>2026-01-01T00:00:00Z</responseDate><request>http://x</request>${inside}</OAI-PMH>`;
  const pages = Array.from({ length: Math.ceil(total / size) }, (_, page) => {
    const numbers = Array.from({ length: Math.min(size, total - page * size) }, (_, place) => page * size + place + 1);
    const more = (page + 1) * size < total ? `<resumptionToken>${page + 1}</resumptionToken>` : '<resumptionToken/>';
    return Buffer.from(envelope(`<ListRecords>${numbers.map(element).join('\n')}${more}</ListRecords>`));
  });
  const identify = envelope(
    '<Identify><repositoryName>Bench</repositoryName><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>',
  );
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://x').searchParams;
    response.end(asked.get('verb') === 'Identify' ? identify : pages[Number(asked.get('resumptionToken') ?? 0)]);
  });
  server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
}

async function measure(): Promise<void> {
  const words = ['--serve', '--records', values.records, '--page', values.page];
  const server = spawn(process.execPath, [import.meta.filename, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(server.stdout, 'data')) as [Buffer];
  const store = await openTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'reperio-bench-harvest-'));
  const { database } = store;
  try {
    const base = `http://127.0.0.1:${port.toString().trim()}/oai`;
    const id = await addSource(database, {
      ...{ name: 'bench', base, prefix: 'marcxml', sets: [], mode: 'insert-or-replace', steps: usualSteps },
      ...{ onError: 'go-on', deleted: 'delete', person: undefined },
    });
    const source = await readSource(database, { id });
    const { signal } = new AbortController();
    const client = oaiClient({ base, mayReach: reachable('127.0.0.0/8'), signal });
    const rows: string[][] = [];
    const measured = async (name: string, asked: RunAsked): Promise<void> => {
      const run = await beginRun(database, { source: id, job: undefined, person: undefined, asked });
      const before = await versions();
      const began = performance.now();
      const { counts } = await harvest({
        ...{ database, client, source, run, indexFolder: folder, signal, log: () => undefined, tell: () => undefined },
        snapshot: () => Promise.reject(new Error('a strict profile looks for no title')),
      });
      const seconds = (performance.now() - began) / 1000;
      const written = (await versions()) - before;
      rows.push([name, (total / seconds).toFixed(0), String(written), countLines(counts).at(-1)!]);
    };
    const versions = async (): Promise<number> => {
      const [row] = await database.query<{ count: number }>(
        sql`SELECT ((SELECT count(*) FROM record) + (SELECT count(*) FROM revision))::integer AS count`,
      );
      return row!.count;
    };
    await measured('into an empty library', {});
    await measured('all of it again', { from: '2025-01-01' });
    await measured('again, looked at anew', { again: true });
    console.log(machineLine());
    const columns = ['run', 'records/s', 'versions written', 'what became of them'];
    console.log(
      table(
        columns.map((title) => ({ title, align: title.includes('/') ? 'right' : 'left' })),
        rows,
      ),
    );
  } finally {
    server.kill();
    await store.release();
    rmSync(folder, { recursive: true, force: true });
  }
}
