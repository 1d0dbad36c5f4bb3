import { UserError } from '../../errors/errors.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../../marc/writers/marcxml.ts';
import { toCompleteTextMarc } from '../../marc/writers/text-complete.ts';
import { audit, operator } from '../../people/audit.ts';
import { recordErrors } from '../../records/errors.ts';
import {
  acceptHeld,
  decisionText,
  type HeldEntry,
  listHeld,
  noteSeen,
  readHeld,
  rejectHeld,
} from '../../records/held.ts';
import { readRecord, readRevision } from '../../records/history.ts';
import { writeModes } from '../../records/modes.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { recordNumber } from '../read-version.ts';
import { type Column, tableLines, windowOf } from '../terminal.ts';
import { withDatabase } from '../with-database.ts';

const idArgument = { id: { doc: 'Number of the upload, as `held list` shows it.' } } as const;
const asOption = {
  as: { type: 'text', value: 'NAME', doc: 'Who decides, for the history; default: operator.' },
} as const;

const list = defineSubcommand({
  summary: 'List uploads that wait for a person, the oldest first.',
  description: `An upload waits when it was loaded with --mode hold (ASKED), when it was made from an earlier version and others have changed the
same fields since (CONFLICT), when its 005 is that of no version (UNKNOWN_REVISION), or when a rule of the library says so (CHECK).`,
  examples: [
    { command: 'held list', doc: 'All that wait.' },
    { command: 'held list --record 12 --json', doc: 'Those for record 12, for programs.' },
  ],
  arguments: {},
  options: {
    record: { type: 'text', value: 'N', doc: 'Only those for this record.' },
    all: { type: 'flag', doc: 'Also those that were accepted or rejected.' },
    limit: { type: 'number', value: 'N', minimum: 1, maximum: 10_000, doc: 'How many; default 100.' },
    ...jsonOption,
  },
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const record = options.record === undefined ? undefined : recordNumber(options.record);
    const rows = await withDatabase(settings(), (database) =>
      listHeld(database, { record, all: options.all, limit: options.limit ?? 100 }),
    );
    if (options.json) return printJson(rows);
    if (rows.length === 0) return print('Nothing waits.');
    for (const line of tableLines(columns, rows.map(cells), windowOf(stdout, environment))) print(line);
  },
});

const show = defineSubcommand({
  summary: 'Show an upload that waits: what came, and what it conflicts with.',
  description:
    'For each tag that both changed: the version that both began with, what the record has now, and what waits.',
  examples: [
    { command: 'held show 3', doc: 'The conflict, field by field.' },
    { command: 'held show 3 --format marcxml', doc: 'What came, as MARCXML.' },
  ],
  arguments: idArgument,
  options: {
    format: { type: 'text', value: 'FORMAT', doc: 'What came, in this format.', choices: ['marcxml', 'text'] },
    ...jsonOption,
  },
  run: async ({ arguments: { id }, options, settings, print, printJson }) => {
    const { marc, ...entry } = await withDatabase(settings(), (database) => readHeld(database, readHeldId(id)));
    if (options.format === 'marcxml') return print(`${marcXmlHead}${toMarcXml(marc)}${marcXmlFoot}`.trimEnd());
    if (options.format === 'text') return print(toCompleteTextMarc(marc).trimEnd());
    const sides = await withDatabase(settings(), (database) => sidesOf(database, entry));
    const conflicts = entry.conflicts.map((tag) => ({
      tag,
      base: linesOf(sides.base, tag),
      now: linesOf(sides.now, tag),
      held: linesOf(marc, tag),
    }));
    if (options.json) return printJson({ ...entry, conflicts });
    for (const line of headLines(entry)) print(line);
    for (const { tag, base, now, held } of conflicts) {
      print(tag);
      for (const [name, lines] of Object.entries({ base, now, held }))
        for (const line of lines.length === 0 ? ['-'] : lines) print(`  ${name.padEnd(4)}  ${line}`);
    }
    if (conflicts.length === 0) print(toCompleteTextMarc(marc).trimEnd());
    for (const line of howToAccept(entry)) print(line);
  },
});

const accept = defineSubcommand({
  summary: 'Write an upload that waits.',
  description: `It is merged with what the record is now. Where both changed the same, the fields of the upload are taken; with --keep-current those of
the record, so that only what does not conflict is taken. The version before stays in the history. If somebody has changed the same fields again since
the upload came, look at it with \`held show\` first.`,
  examples: [
    { command: 'held accept 3', doc: 'Its fields win.' },
    { command: 'held accept 3 --keep-current', doc: 'Only what does not conflict is taken.' },
    { command: 'held accept 4 --mode correct --as ada', doc: 'For one that was loaded with --mode hold.' },
  ],
  arguments: idArgument,
  options: {
    'keep-current': { type: 'flag', doc: 'Where both changed the same, keep what the record has now.' },
    mode: {
      type: 'text',
      value: 'MODE',
      doc: 'How it is written; default as it was loaded, insert-or-replace for one that was loaded with --mode hold.',
      choices: writeModes.filter((mode) => mode !== 'hold'),
    },
    ...asOption,
    ...jsonOption,
  },
  run: async ({ arguments: { id }, options, settings, print, printJson }) => {
    const by = options.as ?? operator.name;
    const side = options['keep-current'] ? 'theirs' : 'ours';
    const mode = writeModes.find((one) => one === options.mode);
    const written = await withDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      const also = (transaction: Parameters<typeof audit>[0]) =>
        audit(transaction, { name: by }, 'upload accepted', id, { side });
      const library = { analyzer: compileAnalyzer(site), site };
      return await acceptHeld(database, library, readHeldId(id), { side, mode, by, also });
    });
    if (options.json) return printJson(written);
    // How it was changed, its mode says.
    const done = written.action === 'replaced' ? 'changed' : written.action;
    print(`Upload ${id}: record ${written.id} ${done}, revision ${written.revision}.`);
    for (const warning of written.warnings) print(warning);
  },
});

const reject = defineSubcommand({
  summary: 'Drop an upload that waits; the record stays as it is.',
  examples: [{ command: 'held reject 3 --reason "older than ours"', doc: 'The reason stays with it.' }],
  arguments: idArgument,
  options: { reason: { type: 'text', value: 'TEXT', doc: 'Why.' }, ...asOption, ...jsonOption },
  run: async ({ arguments: { id }, options, settings, print, printJson }) => {
    const by = options.as ?? operator.name;
    const reason = options.reason ?? '';
    await withDatabase(settings(), (database) =>
      rejectHeld(database, readHeldId(id), {
        ...{ reason, by },
        also: (transaction) => audit(transaction, { name: by }, 'upload rejected', id, { reason }),
      }),
    );
    if (options.json) return printJson({ id: Number(id), state: 'rejected', reason });
    print(`Upload ${id} is rejected.`);
  },
});

export const command: CommandGroup = { alone: 'list', commands: { list, show, accept, reject } };

/** As somebody typed it. Throws `noHeld`. */
function readHeldId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UserError(recordErrors.noHeld, { id: text });
}

interface Sides {
  readonly base: MarcRecord | undefined;
  readonly now: MarcRecord | undefined;
}

/** Whoever is shown them has seen the newest version. */
async function sidesOf(database: Database, { id, record, baseRevision, state }: HeldEntry): Promise<Sides> {
  if (record === undefined || baseRevision === undefined) return { base: undefined, now: undefined };
  const now = await readRecord(database, record);
  if (state === 'waiting') await noteSeen(database, id, now.revision);
  const base = await readRevision(database, record, baseRevision);
  return { base: base.record, now: now.record };
}

function linesOf(record: MarcRecord | undefined, tag: string): readonly string[] {
  if (record === undefined) return [];
  if (tag === 'LDR') return [record.leader];
  return record.fields.filter((field) => field.tag === tag).map(lineOf);
}

function lineOf({ ind1, ind2, value, subfields }: Field): string {
  if (value !== undefined) return value;
  const indicators = `${ind1}${ind2}`.replaceAll(' ', '_');
  return `${indicators} ${subfields.map(({ code, value: text }) => `$${code}${text}`).join('')}`;
}

const columns: readonly Column[] = [
  { head: 'UPLOAD', right: true },
  { head: 'RECORD', right: true },
  { head: 'CAME (UTC)' },
  { head: 'BY', ifAny: true },
  { head: 'SOURCE', givesWay: true },
  { head: 'REASON' },
  { head: 'STATE' },
];

function cells({ id, record, at, person, source, reason, conflicts, state }: HeldEntry): readonly string[] {
  const why = [reason, ...conflicts].join(' ');
  return [String(id), record === undefined ? 'new' : String(record), timeText(at), person ?? '', source, why, state];
}

function* headLines(entry: HeldEntry): Generator<string> {
  const { id, record, mode, reason, at, person, source, state, decidedBy, decision } = entry;
  yield `Upload ${id} for ${record === undefined ? 'a new record' : `record ${record}`}, ${state}`;
  yield `  came    ${timeText(at)} UTC${person === undefined ? '' : ` by ${person}`}, ${source}`;
  yield `  mode    ${mode}`;
  yield `  reason  ${reason}`;
  for (const one of entry.findings) yield `          ${one}`;
  if (decidedBy !== undefined)
    yield `  decided by ${decidedBy}${decision === undefined ? '' : `: ${decisionText(decision, sideWords)}`}`;
}

const sideWords = { ours: 'what was sent', theirs: 'what the record had', edited: 'in the editor' };

function* howToAccept({ id, record, mode, state }: HeldEntry): Generator<string> {
  if (state !== 'waiting') return;
  yield '';
  if (mode === 'hold' && record !== undefined) {
    yield `reperio held accept ${id} makes this the whole record: fields that are not above go.`;
    yield 'With --mode correct or --mode append the other fields stay.';
  } else yield `reperio held accept ${id} writes it; reperio held reject ${id} drops it.`;
}

function timeText(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ');
}
