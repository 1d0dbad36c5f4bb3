/**
 * How long it takes until a record that is sent to the API is found by a search, asked as fast as
 * the server answers; and the part of that in which the server writes.
 * `node bench/single-write.ts [--records 20000] [--writes 200]`: one server with two web workers over its embedded database.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSettings } from '../src/config/settings.ts';
import { exportDemo } from '../src/demo/export.ts';
import { createDemoLibrary, defaultSeed } from '../src/demo/library.ts';
import { dataField } from '../src/marc/record.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../src/marc/writers/marcxml.ts';
import { operator } from '../src/people/audit.ts';
import { addPerson } from '../src/people/people.ts';
import { createToken } from '../src/people/tokens.ts';
import { openStore } from '../src/store/open.ts';
import { command, hits, type ReleaseNode, serveNode } from '../test/support/release-node.ts';
import { machineLine, milliseconds, quantile, table } from './lib/report.ts';

const { values } = parseArgs({
  options: { records: { type: 'string', default: '20000' }, writes: { type: 'string', default: '200' } },
});
const folder = mkdtempSync(join(tmpdir(), 'reperio-single-write-'));
const node: ReleaseNode = {
  ...{ name: 'single-write', main: join(import.meta.dirname, '../src/cli/main.ts') },
  ...{ folder: join(folder, 'data'), databaseUrl: undefined, settings: { REPERIO_WEB_WORKERS: '2' } },
};

async function editorToken(): Promise<string> {
  const store = await openStore(loadSettings({ REPERIO_DATA: node.folder }));
  try {
    const id = await addPerson(store.database, operator, {
      ...{ name: 'bench', email: 'bench@home.example', password: undefined, roles: ['superadmin'] },
      ...{ state: 'active', origin: 'operator' },
    });
    const token = { name: 'bench', scopes: ['read', 'edit'], expires: undefined } as const;
    return (await createToken(store.database, operator, { id, name: 'bench' }, token)).secret;
  } finally {
    await store.release();
  }
}

try {
  const input = join(folder, 'records.xml');
  const library = createDemoLibrary(defaultSeed);
  const demo = { library, format: 'marcxml', from: 1, onShortened: () => undefined } as const;
  writeFileSync(input, Buffer.concat([...exportDemo({ ...demo, count: Number(values.records) })]));
  const { status, stderr } = await command(node, 'load', input, '--mode', 'insert');
  if (status !== 0) throw new Error(stderr);
  const token = await editorToken();
  const server = await serveNode(node);
  const [written, found]: [number[], number[]] = [[], []];
  try {
    for (let one = 0; one < Number(values.writes) + 10; one++) {
      const word = `zqword${one}x`;
      const field = (tag: string, value: string) => dataField(tag, ' ', ' ', [{ code: 'a', value }]);
      const record = { leader: '', fields: [field('245', `About ${word}`), field('980', 'ARTICLE')] };
      const began = performance.now();
      const answer = await fetch(`${server.address}/api/records?mode=insert`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/marcxml+xml' },
        body: `${marcXmlHead}${toMarcXml(record)}${marcXmlFoot}`,
      });
      if (!answer.ok) throw new Error(await answer.text());
      await answer.arrayBuffer();
      const ended = performance.now();
      while ((await hits(server, `title:${word}`)) === 0);
      // The first ones warm it up.
      if (one >= 10) {
        written.push(ended - began);
        found.push(performance.now() - began);
      }
    }
  } finally {
    await server.stop();
  }
  const row = (name: string, times: readonly number[]) => [
    name,
    ...[0.5, 0.95, 0.99].map((part) => milliseconds(quantile(times, part))),
  ];
  process.stdout.write(
    `${machineLine()}\n${values.writes} records, one after the other, into ${values.records}\n${table(
      [{ title: 'until', align: 'left' }, ...['median', 'p95', 'p99'].map((title) => ({ title }))],
      [row('it is answered', written), row('it is found', found)],
    )}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
