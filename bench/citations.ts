/**
 * What citations cost: making the graph, and questions over sets of growing size. `node
 * bench/citations.ts --records 1000000 --data /var/tmp/bench`
 */

import { join } from 'node:path';
import { ask } from '../src/access/ask.ts';
import { citationsFor } from '../src/access/citations.ts';
import { graphFiles } from '../src/citations/graph-folder.ts';
import { summarisingCitations } from '../src/citations/summary.ts';
import type { IndexSnapshot } from '../src/index/snapshot.ts';
import { finish } from '../src/index/work.ts';
import { guest } from '../src/people/person.ts';
import { emptyRequest, type SearchRequest } from '../src/search/request.ts';
import { openLoaded } from './lib/loaded.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { machineLine, median, megabytes, milliseconds, table } from './lib/report.ts';
import { dictionary, wordsNear } from './lib/words.ts';

const options = { ...benchOptions({ records: 100_000, passes: 5 }), peer: false };
/** Shares of the library that the inner questions find. */
const shares = [0.001, 0.01, 0.1, 0.4];

await runBench(options, async () => {
  const { library, close } = await openLoaded(options);
  try {
    const started = performance.now();
    await library.citationsReady();
    const ready = performance.now() - started;
    const snapshot = library.snapshot();
    const [graph] = graphFiles(join(options.data, 'index'));
    const counted = performance.now();
    finish(citationsFor(snapshot, guest)!.counts('all'));
    const first = performance.now() - counted;
    console.log(
      `${snapshot.records.toLocaleString('en')} records, ${graph?.head.citations.toLocaleString('en')} citations, ${megabytes(graph?.bytes ?? 0)}. ${machineLine()}`,
    );
    console.log(
      `Graph made or opened in ${milliseconds(ready)} ms; first counts of a guest in ${milliseconds(first)} ms.`,
    );
    const words = dictionary(snapshot);
    const rows = shares.flatMap((share) => rowsOf(snapshot, wordsNear(words, snapshot.records, share, 1)[0]!));
    const columns = ['milliseconds', 'of', 'gives'].map((title) => ({ title }));
    console.log(table([{ title: 'question', align: 'left' }, ...columns], rows));
  } finally {
    await close();
  }
});

function rowsOf(snapshot: IndexSnapshot, word: string): readonly string[][] {
  const question = (changes: Partial<SearchRequest>) => ask(snapshot, guest, { ...emptyRequest, size: 25, ...changes });
  const view = citationsFor(snapshot, guest)!;
  const inner = question({ text: word });
  const row = (name: string, work: () => number): string[] => {
    work();
    const times: number[] = [];
    let gives = 0;
    for (let pass = 0; pass < options.passes; pass++) {
      const started = performance.now();
      gives = work();
      times.push(performance.now() - started);
    }
    return [name, milliseconds(median(times)), inner.total.toLocaleString('en'), gives.toLocaleString('en')];
  };
  return [
    row(`refersto:${word}`, () => question({ text: `refersto:${word}` }).total),
    row(`citedby:${word}`, () => question({ text: `citedby:${word}` }).total),
    row(`${word}, sorted by citations`, () => question({ text: word, sort: 'cited' }).total),
    row(`${word} cited:5+`, () => question({ text: `${word} cited:5+` }).total),
    row(`citation summary of ${word}`, () => finish(summarisingCitations(view, inner.hits, 'all')).citations),
    row(`citations per year of ${word}`, () => finish(view.perYear(inner.hits, 'all')).size),
  ];
}
