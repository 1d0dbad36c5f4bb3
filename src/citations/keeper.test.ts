import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { CitationGraph } from '../index/citation-graph.ts';
import type { CitedIndex } from '../index/citation-source.ts';
import { SnapshotBuilder } from '../index/live.ts';
import { createInverter } from '../index/segment/inverter.ts';
import { mergeToFile } from '../index/segment/merge.ts';
import { noColumns, plainBrief } from '../index/segment/naive-segment.ts';
import { openSegmentFile } from '../index/segment/open.ts';
import { writeSegmentFile } from '../index/segment-store.ts';
import { defaultSite } from '../site/default.ts';
import { graphFiles } from './graph-folder.ts';
import { type CitationKeeper, createCitationKeeper } from './keeper.ts';
import { graphStatus } from './status.ts';

const folders: string[] = [];
const keepers: CitationKeeper[] = [];
after(async () => {
  for (const keeper of keepers) await keeper.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/**
 * A node's folder with segment files. Record N holds key N and cites all records before it that
 * `cites` names.
 */
class Node {
  readonly folder = mkdtempSync(join(tmpdir(), 'reperio-keeper-'));
  readonly damaged: string[] = [];
  news = 0;
  stored: string[] = [];
  basis = 'library 1';
  constructor() {
    folders.push(this.folder);
  }

  add(from: number, to: number, revision = 1, cites: (id: number) => readonly number[] = (id) => [id - 1]): void {
    const inverter = createInverter();
    for (let id = from; id <= to; id++) {
      const keys = { own: [5, id], references: cites(id).flatMap((cited) => [5, cited]), authors: [] };
      inverter.begin({ id, revision, deleted: false, columns: { ...noColumns, keys }, brief: plainBrief });
    }
    const data = inverter.finish();
    writeSegmentFile(this.folder, data);
    this.stored.push(data.id);
  }

  get index(): CitedIndex {
    const opened = this.stored.map((id) => openSegmentFile(join(this.folder, `${id}.segment`)));
    const { segments } = new SnapshotBuilder().build({
      version: '',
      site: defaultSite(),
      siteVersion: 1,
      segments: opened,
    });
    return { segments, stored: this.stored, basis: this.basis };
  }

  keeper(mostChanges = 10): CitationKeeper {
    const keeper = createCitationKeeper({
      folder: this.folder,
      mostChanges,
      onNews: async () => {
        this.news++;
        keeper.graphFor(this.index);
      },
      onDamage: (segment) => this.damaged.push(segment),
    });
    keepers.push(keeper);
    return keeper;
  }

  get graphs(): readonly string[] {
    return readdirSync(this.folder).filter((name) => name.endsWith('.graph'));
  }
}

function citedBy(graph: CitationGraph | undefined, id: number): number {
  assert.ok(graph);
  return graph.read('citing', id);
}

test('a small library has its graph at once and no file; a large one when somebody wants it', async () => {
  const node = new Node();
  const keeper = node.keeper();
  node.add(1, 8);
  const small = keeper.graphFor(node.index);
  assert.ok(small.isExact);
  assert.equal(citedBy(small.graph, 3), 1);
  node.add(9, 40);
  const large = keeper.graphFor(node.index);
  assert.ok(!large.isExact);
  // The older one is served meanwhile.
  assert.equal(citedBy(large.graph, 3), 1);
  assert.equal(citedBy(large.graph, 30), 0);
  assert.deepEqual(node.graphs, []);
  await keeper.ready();
  assert.equal(node.news, 1);
  assert.equal(node.graphs.length, 1);
  const found = keeper.graphFor(node.index);
  assert.ok(found.isExact);
  assert.equal(citedBy(found.graph, 30), 1);
});

test('what changes a little is laid over the file; a merge changes nothing; another process uses the same file', async () => {
  const node = new Node();
  node.add(1, 50);
  const keeper = node.keeper();
  keeper.graphFor(node.index);
  await keeper.ready();
  const made = statSync(join(node.folder, node.graphs[0]!)).mtimeMs;
  node.add(51, 52, 1, () => [7]);
  node.add(20, 20, 2, () => [7]);
  const changed = keeper.graphFor(node.index);
  assert.ok(changed.isExact);
  assert.equal(citedBy(changed.graph, 7), 4);
  assert.equal(citedBy(changed.graph, 19), 0);
  const { segments } = node.index;
  const merged = mergeToFile(
    segments.map(({ segment, live }) => ({ segment: segment as ReturnType<typeof openSegmentFile>, live })),
    node.folder,
    { dropDeletions: false },
  );
  node.stored = [merged.id];
  for (const one of [keeper, node.keeper()]) {
    one.graphFor(node.index);
    await one.ready();
    const found = one.graphFor(node.index);
    assert.ok(found.isExact);
    assert.equal(citedBy(found.graph, 7), 4);
  }
  assert.equal(statSync(join(node.folder, node.graphs[0]!)).mtimeMs, made);
  const [file] = graphFiles(node.folder);
  assert.equal(file?.head.records, 50);
  assert.equal(file?.head.citations, 49);
  const { made: _, bytes: __, ...status } = graphStatus(node.folder, node.stored)!;
  assert.deepEqual(status, { records: 50, citations: 49, segments: 0 });
});

test('two processes that need it at once make it once', async () => {
  const node = new Node();
  node.add(1, 50);
  const both = [node.keeper(), node.keeper()];
  for (const one of both) one.graphFor(node.index);
  await Promise.all(both.map((one) => one.ready()));
  for (const one of both) assert.ok(one.graphFor(node.index).isExact);
  assert.equal(node.graphs.length, 1);
});

test('equal revisions under another analysis, or in another library, make it anew', async () => {
  const node = new Node();
  node.add(1, 50);
  const keeper = node.keeper();
  keeper.graphFor(node.index);
  await keeper.ready();
  node.basis = 'library 2';
  node.stored = [];
  node.add(1, 50, 1, () => [9]);
  const before = keeper.graphFor(node.index);
  assert.deepEqual(before, { graph: undefined, isExact: false });
  await keeper.ready();
  const found = keeper.graphFor(node.index);
  assert.equal(citedBy(found.graph, 9), 49);
  assert.equal(node.graphs.length, 1);
});

test('a damaged file is made anew, and what a crash left is not taken for one', async () => {
  const node = new Node();
  node.add(1, 50);
  const first = node.keeper();
  first.graphFor(node.index);
  await first.ready();
  const path = join(node.folder, node.graphs[0]!);
  const bytes = readFileSync(path);
  bytes[bytes.length - 5]! ^= 1;
  writeFileSync(path, bytes);
  writeFileSync(join(node.folder, 'left.graph'), bytes.subarray(0, 100));
  const second = node.keeper();
  // Asks for a key in the damaged block: the last of the own or unresolved ones.
  node.add(60, 64, 1, (id) => [50, id + 100]);
  second.graphFor(node.index);
  await second.ready();
  second.graphFor(node.index);
  await second.ready();
  const found = second.graphFor(node.index);
  assert.ok(found.isExact);
  assert.equal(citedBy(found.graph, 50), 5);
  assert.ok(!existsSync(join(node.folder, 'left.graph')));
  assert.equal(graphFiles(node.folder)[0]?.head.records, 55);
});

test('a damaged segment is named, and the graph is made when it is whole again', async () => {
  const node = new Node();
  node.add(1, 50);
  const path = join(node.folder, `${node.stored[0]}.segment`);
  const whole = readFileSync(path);
  const keeper = node.keeper();
  keeper.graphFor(node.index);
  const bytes = Buffer.from(whole);
  for (let at = 16; at < bytes.length - 2000; at++) bytes[at]! ^= 0xff;
  writeFileSync(path, bytes);
  await assert.rejects(keeper.ready());
  assert.deepEqual(node.damaged, [node.stored[0]]);
  assert.deepEqual(node.graphs, []);
  assert.deepEqual(
    readdirSync(node.folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
  writeFileSync(path, whole);
  await keeper.ready();
  assert.ok(keeper.graphFor(node.index).isExact);
});
