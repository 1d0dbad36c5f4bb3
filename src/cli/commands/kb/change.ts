import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { UserError } from '../../../errors/errors.ts';
import { fileReason } from '../../../errors/file-reason.ts';
import { knowledgeKinds } from '../../../knowledge/base.ts';
import {
  addBase,
  changeBase,
  entriesOf,
  findBase,
  isKnowledgeKind,
  readBase,
  removeBase,
  setPlaces,
  tableOf,
} from '../../../knowledge/bases.ts';
import { importEntries, removeEntry, setEntry } from '../../../knowledge/entries.ts';
import { knowledgeErrors } from '../../../knowledge/errors.ts';
import { knowledgeFormats, readKnowledge } from '../../../knowledge/read-file.ts';
import { standingOf } from '../../../knowledge/uses.ts';
import { audit, operator } from '../../../people/audit.ts';
import { recordErrors } from '../../../records/errors.ts';
import { checkQuery } from '../../../search/check-query.ts';
import type { Site } from '../../../site/site.ts';
import { currentSite } from '../../../site/versions.ts';
import type { Queryable, Transaction } from '../../../store/database.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { withDatabase } from '../../with-database.ts';
import { nameArgument } from './show.ts';

const asOption = { as: { type: 'text', value: 'NAME', doc: 'Who changes it; default: operator.' } } as const;

export const set = defineSubcommand({
  summary: 'Make or define a knowledge base; set or remove an entry.',
  description: `A base that is not there yet is made. A dynamic one has the values of a MARC path in the records that a question finds, as the person who asks may see them; a taxonomy
comes with \`kb import\`. When the site file uses the base, what is changed here takes effect with \`kb apply\`.`,
  examples: [
    { command: "kb set journals PRL 'Phys. Rev. Lett.'", doc: 'Sets the value of a key.' },
    { command: 'kb set journals --remove PRL', doc: 'Removes a key.' },
    {
      command: "kb set institutes --kind dynamic --path 100__u --question 'collection:Articles'",
      doc: 'A dynamic one.',
    },
    { command: 'kb set journals --suggest 773p', doc: 'The editor suggests its values in 773 $p.' },
  ],
  arguments: {
    ...nameArgument,
    key: { optional: true, doc: 'A key.' },
    value: { optional: true, doc: 'Its value; default the key itself.' },
  },
  options: {
    kind: { type: 'text', value: 'KIND', doc: 'Of a new one; default written.', choices: knowledgeKinds },
    description: { type: 'text', value: 'TEXT', doc: 'What it is for.' },
    path: { type: 'text', value: 'PATH', doc: 'Of a dynamic one: whose values it has.' },
    question: { type: 'text', value: 'QUERY', doc: 'Of a dynamic one: in which records; "" is all.' },
    suggest: {
      type: 'list',
      value: 'FIELD',
      doc: 'Where the editor suggests its values, as 773p; replaces those of before. "none": nowhere.',
    },
    remove: { type: 'text', value: 'KEY', doc: 'Removes this key.' },
    ...asOption,
    ...jsonOption,
  },
  run: async ({ arguments: { name, key, value }, options, settings, print, printJson }) => {
    const by = options.as ?? operator.name;
    const { kind, description, path, question, suggest } = options;
    const done = await withDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      if (question !== undefined) requireQuestion(site, question);
      const made = await database.transaction(async (transaction) => {
        const known = await findBase(transaction, site, name);
        const isNew = known === undefined;
        const definition = { description, path, question, by };
        if (isNew) await makeBase(transaction, site, name, { ...definition, kind });
        else if (known.kind === 'site' && (key ?? options.remove ?? description ?? path ?? question) !== undefined)
          throw new UserError(knowledgeErrors.ofSite, { name });
        else if (kind !== undefined && kind !== known.kind)
          throw new UserError(knowledgeErrors.notWritten, {
            name,
            kind: known.kind,
            what: `it does not become ${kind}`,
          });
        else if ((description ?? path ?? question) !== undefined) await changeBase(transaction, name, definition);
        if (suggest.length > 0) await setPlaces(transaction, name, suggest.includes('none') ? [] : suggest);
        if (options.remove !== undefined) await removeEntry(transaction, { base: name, by }, options.remove);
        if (key !== undefined) await setEntry(transaction, { base: name, by }, { key, value: value ?? key });
        return isNew;
      });
      return { made, ...(await told(database, site, name)) };
    });
    if (options.json) return printJson({ name, ...done });
    print(`${done.made ? 'Made' : 'Changed'} ${name}: ${done.entries} entries.${noteOf(done.standing)}`);
  },
});

export const importFile = defineSubcommand({
  summary: 'Take the entries of a file into a knowledge base.',
  description: `CSV has a key and a value in each row; SKOS is RDF in XML; kbr has lines of key---value, as Invenio exports them. Which it is shows in its
beginning. Keys that are there get the new value; with --replace those that the file does not have go. A taxonomy becomes what its file says. A base that is not
there yet is made.`,
  examples: [
    { command: 'kb import journals journals.csv', doc: 'Adds and changes.' },
    { command: 'kb import subjects hep.rdf --kind taxonomy', doc: 'A taxonomy.' },
    { command: 'kb import journals journals.csv --replace --dry-run', doc: 'What would change.' },
  ],
  arguments: { ...nameArgument, file: { doc: 'The file; - is standard input.' } },
  options: {
    format: { type: 'text', value: 'FORMAT', doc: 'Instead of what its beginning says.', choices: knowledgeFormats },
    kind: { type: 'text', value: 'KIND', doc: 'Of a new one; default written.', choices: ['written', 'taxonomy'] },
    replace: { type: 'flag', doc: 'Remove entries that the file does not have.' },
    'dry-run': { type: 'flag', doc: 'Show what would change, and change nothing.' },
    ...asOption,
    ...jsonOption,
  },
  run: async ({ arguments: { name, file }, options, settings, stdin, stderr, print, printJson }) => {
    const bytes = file === '-' ? await buffer(stdin) : await fileBytes(file);
    const by = options.as ?? operator.name;
    const done = await withDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      const known = await findBase(database, site, name);
      if (known?.kind === 'site') throw new UserError(knowledgeErrors.ofSite, { name });
      const entries = readKnowledge(bytes, {
        format: knowledgeFormats.find((one) => one === options.format),
        languages: site.languages,
        written: (known?.kind ?? options.kind ?? 'written') === 'written',
      });
      const work = async (transaction: Transaction) => {
        if (known === undefined) await makeBase(transaction, site, name, { kind: options.kind, by });
        const counts = await importEntries(transaction, { base: name, by }, entries, { replace: options.replace });
        await audit(transaction, { name: by }, 'knowledge base imported', name, { ...counts });
        if (options['dry-run']) throw new NotKept(counts);
        return counts;
      };
      const counts = await database.transaction(work).catch((error: unknown) => {
        if (error instanceof NotKept) return error.counts;
        throw error;
      });
      return {
        ...counts,
        ...(options['dry-run'] ? { standing: 'unused' as const } : await told(database, site, name)),
      };
    });
    if (options.json) return printJson({ name, dryRun: options['dry-run'], ...done });
    if (done.ambiguous !== undefined)
      stderr.write(`warning: several values for one key, of which the last counts: ${done.ambiguous.join(', ')}\n`);
    const { added, changed, removed, unchanged } = done;
    const verb = options['dry-run'] ? 'Would import' : 'Imported';
    print(
      `${verb} ${name}: ${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged.${noteOf(done.standing)}`,
    );
  },
});

export const remove = defineSubcommand({
  summary: 'Delete a knowledge base; records stay as they are.',
  examples: [{ command: 'kb delete journals', doc: 'With all that stands in it.' }],
  arguments: nameArgument,
  options: { ...asOption, ...jsonOption },
  run: async ({ arguments: { name }, options, settings, print, printJson }) => {
    const entries = await withDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      const base = await readBase(database, site, name);
      if (base.kind === 'site') throw new UserError(knowledgeErrors.ofSite, { name });
      await database.transaction(async (transaction) => {
        await removeBase(transaction, site, name);
        await audit(transaction, { name: options.as ?? operator.name }, 'knowledge base removed', name);
      });
      return base.entries;
    });
    if (options.json) return printJson({ name, entries });
    print(`Deleted ${name} with ${entries} entries.`);
  },
});

class NotKept extends Error {
  readonly counts: Awaited<ReturnType<typeof importEntries>>;
  constructor(counts: NotKept['counts']) {
    super('nothing was kept');
    this.counts = counts;
  }
}

interface Made {
  readonly kind?: string | undefined;
  readonly description?: string | undefined;
  readonly path?: string | undefined;
  readonly question?: string | undefined;
  readonly by: string;
}

async function makeBase(transaction: Queryable, site: Site, name: string, { kind, ...more }: Made): Promise<void> {
  const wanted = kind !== undefined && isKnowledgeKind(kind) ? kind : 'written';
  await addBase(transaction, site, name, { kind: wanted, ...more });
  await audit(transaction, { name: more.by }, 'knowledge base made', name, { kind: wanted });
}

function requireQuestion(site: Site, question: string): void {
  const wrong = checkQuery(question.replaceAll('%', ''), site);
  if (wrong !== undefined) throw new UserError(knowledgeErrors.definition, { reason: wrong.replace(/\.$/, '') });
}

async function told(database: Queryable, site: Site, name: string) {
  const base = await readBase(database, site, name);
  const isKept = base.kind === 'written' || base.kind === 'taxonomy';
  const standing = isKept ? standingOf(site, name, tableOf(await entriesOf(database, site, base))) : 'unused';
  return { entries: base.entries, standing };
}

function noteOf(standing: ReturnType<typeof standingOf>): string {
  if (standing === 'changed') return ' The site file uses it: "reperio kb apply" applies the change.';
  if (standing === 'changed-indexed')
    return ' Records are indexed by it: "reperio kb apply" applies the change, and indexes them again.';
  return '';
}

async function fileBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UserError(recordErrors.noFile, { file, reason: fileReason(error) });
  }
}
