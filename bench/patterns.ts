/**
 * Wildcards, regular expressions and phrases of them: how long each takes, and for how long at most
 * it keeps others waiting in slices like those of a web worker. `node bench/patterns.ts --records
 * 300000`
 */
import type { HitSet, IndexSnapshot } from '../src/index/snapshot.ts';
import { slice } from '../src/index/work.ts';
import { emptyRequest } from '../src/search/request.ts';
import { searching } from '../src/search/search.ts';
import { openLoaded } from './lib/loaded.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { machine, machineLine, median, milliseconds, quantile, table } from './lib/report.ts';

const pairs = [...'aeiou'].flatMap((vowel) => [...'bcdfglmnrst'].map((letter) => vowel + letter));
const either = (parts: readonly string[]): string => parts.join(' or ');
const questions: Readonly<Record<string, string>> = {
  'a common ending, *tion': '*tion',
  'all words, *': 'anyfield:*',
  'prefix of 2 letters, co*': 'co*',
  'pattern of 10,000 terms, /^the.*[a-z]$/': '/^the.*[a-z]$/',
  'pattern of 10,000 terms, /^co.*[a-z]$/': '/^co.*[a-z]$/',
  'title:/e.*a/': 'title:/e.*a/',
  'fifty patterns, *ab* or ...': either(pairs.slice(0, 50).map((pair) => `*${pair}*`)),
  'fifty patterns of titles': either(pairs.slice(0, 50).map((pair) => `title:*${pair}*`)),
  'a phrase with one, "the *tion"': '"the *tion"',
  'a phrase with two, "*tion of *s"': '"*tion of *s"',
  'a phrase of four, "*a* *e* *i* *o*"': '"*a* *e* *i* *o*"',
  'a phrase of title, title:"*s of *"': 'title:"*s of *"',
};
/** As of a web worker: src/web/exchange/timing.ts. */
const sliceTime = 10;

interface Asked {
  readonly hits: number;
  readonly took: number;
  readonly longest: number;
  readonly notices: string;
}

const options = benchOptions({ records: 100_000, passes: 5 });
await runBench(options, async () => {
  const loaded = await openLoaded({ ...options, peer: false });
  try {
    const snapshot = loaded.library.snapshot();
    const everything = snapshot.segments.map(({ live }) => live);
    const rows = Object.entries(questions).map(([name, text]) => {
      ask(snapshot, everything, text);
      const asked = Array.from({ length: options.passes }, () => ask(snapshot, everything, text));
      return { name, asked };
    });
    if (options.json) console.log(JSON.stringify({ benchmark: 'patterns', machine: machine(), rows }));
    else print(snapshot.records, snapshot.segments.length, rows);
  } finally {
    await loaded.close();
  }
});

function ask(snapshot: IndexSnapshot, visible: HitSet, text: string): Asked {
  const began = process.threadCpuUsage();
  const work = searching(snapshot, { ...emptyRequest, text, size: 25 }, visible);
  let longest = 0;
  for (;;) {
    const before = threadTime();
    const step = slice(work, sliceTime);
    longest = Math.max(longest, threadTime() - before);
    if (!step.done) continue;
    const { user, system } = process.threadCpuUsage(began);
    const { total, notices } = step.value;
    return {
      hits: total,
      took: (user + system) / 1000,
      longest,
      notices: notices.map(({ kind }) => kind).join(', '),
    };
  }
}

function print(
  records: number,
  segments: number,
  rows: readonly { readonly name: string; readonly asked: readonly Asked[] }[],
): void {
  console.log(
    `${records.toLocaleString('en')} records in ${segments} segments, milliseconds of processor: median (p95). ${machineLine()}`,
  );
  console.log(
    table(
      [
        { title: 'question', align: 'left' },
        { title: 'took' },
        { title: 'longest slice' },
        { title: 'hits' },
        { title: 'told', align: 'left' },
      ],
      rows.map(({ name, asked }) => {
        const took = asked.map((one) => one.took);
        const longest = asked.map((one) => one.longest);
        return [
          name,
          `${milliseconds(median(took))} (${milliseconds(quantile(took, 0.95))})`,
          `${milliseconds(median(longest))} (${milliseconds(quantile(longest, 0.95))})`,
          asked[0]!.hits.toLocaleString('en'),
          asked[0]!.notices,
        ];
      }),
    ),
  );
}

/** Milliseconds of processor of this thread: others on the machine do not count. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
