/**
 * How fast each mode of a load is, from file to searchable: insert, replace with changed records
 * and with the same ones, correct, append; beside an earlier release, by turns, where that has the
 * mode.
 * `node bench/modes.ts [--records 30000] [--passes 3] [--old FOLDER]`; FOLDER is a checkout of the earlier release with its
 * dependencies.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportDemo } from '../src/demo/export.ts';
import { createDemoLibrary, defaultSeed } from '../src/demo/library.ts';
import { command } from '../test/support/release-node.ts';
import { machineLine, median, table } from './lib/report.ts';

const { values } = parseArgs({
  options: {
    old: { type: 'string' },
    records: { type: 'string', default: '30000' },
    passes: { type: 'string', default: '3' },
  },
});
const records = Number(values.records);
const passes = Number(values.passes);
const folder = mkdtempSync(join(tmpdir(), 'reperio-modes-'));
const mains = [
  ...(values.old === undefined ? [] : [join(values.old, 'src/cli/main.ts')]),
  join(import.meta.dirname, '../src/cli/main.ts'),
];

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const demo = { library: createDemoLibrary(defaultSeed), format: 'marcxml', from: 1, count: records } as const;
const first = write('records.xml', [...exportDemo({ ...demo, onShortened: () => undefined })].join(''));
/** With our numbers, which all have then, and without 005: they are not based on a version. */
let number = 0;
const text = readFileSync(first, 'utf8').replace(
  /<\/leader><controlfield tag="005">[^<]*<\/controlfield>/g,
  () => `</leader><controlfield tag="001">${++number}</controlfield>`,
);

/** Each title is another one. */
function changed(pass: number): string {
  const title = /(<datafield tag="245"[^>]*>\s*<subfield code="a">)/g;
  return write('changed.xml', text.replace(title, `$1Pass ${pass}: `));
}

/** One field for each record, by its number. */
function fieldOf(tag: string, pass: number): string {
  const one = (id: number): string =>
    `<record><controlfield tag="001">${id}</controlfield><datafield tag="${tag}" ind1=" " ind2=" "><subfield code="a">Note ${pass} on ${id}</subfield></datafield></record>`;
  return write(
    'fields.xml',
    `<collection>${Array.from({ length: records }, (_, place) => one(place + 1)).join('')}</collection>`,
  );
}

interface Step {
  readonly name: string;
  readonly words: (pass: number) => readonly string[];
  /** Only this release has it. */
  readonly isNew?: true;
  /** Once: it fills the library. */
  readonly once?: true;
}

const steps: readonly Step[] = [
  { name: 'insert', once: true, words: () => [first, '--mode', 'insert'] },
  { name: 'replace, all changed', words: (pass) => [changed(pass), '--mode', 'insert-or-replace', '--restart'] },
  {
    name: 'replace, none changed',
    words: () => [join(folder, 'changed.xml'), '--mode', 'insert-or-replace', '--restart'],
  },
  { name: 'correct', isNew: true, words: (pass) => [fieldOf('500', pass), '--mode', 'correct', '--restart'] },
  { name: 'append', isNew: true, words: (pass) => [fieldOf('502', pass), '--mode', 'append', '--restart'] },
];

async function measure(which: number, step: Step, pass: number): Promise<number> {
  const node = { name: `n${which}`, main: mains[which]!, folder: join(folder, `n${which}`), databaseUrl: undefined };
  const { stdout, stderr } = await command(node, 'load', ...step.words(pass), '--json', '--keep-hidden');
  if (stdout === '') throw new Error(`${step.name}: ${stderr}`);
  const [report] = (JSON.parse(stdout) as { files: readonly { seconds: number; refused: number }[] }).files;
  if (report === undefined || report.refused > 0) throw new Error(`${step.name}: ${report?.refused} were refused`);
  return records / report.seconds;
}

try {
  const rates = steps.map(() => mains.map((): number[] => []));
  for (let pass = 1; pass <= passes; pass++) {
    for (const [place, step] of steps.entries()) {
      if (step.once && pass > 1) continue;
      for (const which of mains.keys()) {
        if (step.isNew && which < mains.length - 1) continue;
        rates[place]![which]!.push(await measure(which, step, pass));
      }
    }
  }
  const newest = mains.length - 1;
  console.log(
    `Loading ${records} demo records by each mode, records/s, the median of ${passes} passes. ${machineLine()}`,
  );
  console.log(
    table(
      [{ title: '', align: 'left' }, { title: 'now' }, { title: 'before' }, { title: 'ratio' }],
      steps.map(({ name }, place) => {
        const now = median(rates[place]![newest]!);
        const before = newest > 0 && rates[place]![0]!.length > 0 ? median(rates[place]![0]!) : undefined;
        const ratio = before === undefined ? '' : (now / before).toFixed(2);
        return [
          name,
          Math.round(now).toLocaleString('en'),
          before === undefined ? '' : Math.round(before).toLocaleString('en'),
          ratio,
        ];
      }),
    ),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
