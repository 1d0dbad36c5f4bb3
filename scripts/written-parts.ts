import { cqlIndexes } from '../src/exchange/sru/indexes.ts';
import { idFormat } from '../src/formats/format-names.ts';
import { exportFormats } from '../src/formats/formats.ts';
import { ageText, ruleText } from '../src/maintain/gc/age.ts';
import { gcKinds, removedByOthers } from '../src/maintain/gc/kinds.ts';
import { actions } from '../src/site/actions.ts';
import { tokenizerNames, tokenizers } from '../src/tokenizers/tokenizers.ts';
import { table } from './markdown-table.ts';
import { checkTable, metricTable, pageTable, taskTable } from './operating-parts.ts';
import { rooms } from './rooms.ts';

/**
 * Tables that stand in a page written by hand, between two marks with their name; the code has what
 * they say.
 */
const parts: Readonly<Record<string, () => string>> = {
  rooms: roomTable,
  tokenizers: tokenizerTable,
  formats: formatTable,
  actions: actionTable,
  checks: checkTable,
  pages: pageTable,
  tasks: taskTable,
  metrics: metricTable,
  garbage: garbageTable,
  others: othersTable,
  cql: cqlTable,
};

/** The page under docs/ in which each of them stands. */
export const pagesWithParts = [
  'ARCHITECTURE.md',
  'site-file.md',
  'formats.md',
  'operating.md',
  'when-you-are-woken.md',
  'garbage-collection.md',
  'sru.md',
] as const;

/** A page with the parts that it has as the code says them. */
export function withWrittenParts(page: string): string {
  return page.replace(
    /^<!-- (\w+): written by npm run docs -->\n[\s\S]*?^<!-- end of \1 -->$/gm,
    (_, name: string) => `<!-- ${name}: written by npm run docs -->\n\n${parts[name]!()}\n\n<!-- end of ${name} -->`,
  );
}

function roomTable(): string {
  const rows = Object.entries(rooms).map(([name, room]) => [
    `\`${name}\``,
    room.for,
    room.notFor,
    room.imports.join(', '),
  ]);
  return table(['room', 'for', 'not for', 'imports'], rows);
}

function tokenizerTable(): string {
  const rows = tokenizerNames.map((name) => [`\`${name}\``, tokenizers[name].makes, tokenizers[name].example]);
  return table(['tokenizer', 'makes', 'example'], rows);
}

function actionTable(): string {
  const rows = Object.entries(actions).map(([name, known]) => [
    `\`${name}\``,
    known.map((one) => `\`${one}\``).join(', '),
  ]);
  return table(['action', 'arguments'], rows);
}

function cqlTable(): string {
  const code = (text: string): string => `\`${text}\``;
  const rows = cqlIndexes.map(({ set, name, also = [], fields }) => [
    [name, ...also].map((one) => code(`${set}.${one}`)).join(', '),
    fields.length === 0 ? 'finds all records' : fields.map(code).join(', '),
  ]);
  return table(['index', 'fields'], rows);
}

function garbageTable(): string {
  const rows = gcKinds.map((kind) => {
    const { name, what, why, least, of, daily } = kind;
    return [
      `\`${name}\``,
      what,
      ruleText(kind, undefined),
      why,
      of,
      daily ? 'yes' : 'no',
      least === 0 ? '' : ageText(least),
    ];
  });
  return table(['kind', 'what', 'goes when', 'why', 'of', 'every night', 'lowest age'], rows);
}

function othersTable(): string {
  return table(
    ['what', 'by'],
    removedByOthers.map(({ what, by }) => [what, by]),
  );
}

function formatTable(): string {
  const codes = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
  const rows = [
    ...exportFormats.map(({ code, aliases, name, doc }) => [`\`${code}\``, codes(aliases), doc ?? name]),
    ['`245__a`', '', 'the values of one subfield, one per line: any tag, two indicators, a code'],
    [
      `\`${idFormat.code}\``,
      codes(idFormat.aliases),
      "the numbers of all hits as a JSON list, whatever `rg`'s default",
    ],
  ];
  return table(['`of`', 'also called', 'what it is'], rows);
}
