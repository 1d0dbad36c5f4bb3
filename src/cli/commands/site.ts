import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { grouped } from '../../errors/grouped.ts';
import { applySite } from '../../library/apply-site.ts';
import { checkRules } from '../../people/rules/check.ts';
import { checkQuery } from '../../search/check-query.ts';
import { openLevel, readLevel, setLevel, siteLevels } from '../../site/level.ts';
import { isBaseFile } from '../../site/library-bases.ts';
import { filesBeside, readSiteText } from '../../site/read-file.ts';
import type { Collection } from '../../site/site.ts';
import { currentSource, readSite, versionsInForce } from '../../site/versions.ts';
import { wholeText } from '../../site/whole-text.ts';
import { openStore } from '../../store/open.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { languageWarnings } from '../language-warnings.ts';
import { duration } from '../progress.ts';
import { requireLibrary } from '../require-library.ts';
import { newCommand } from './site-new.ts';

const checks = { query: checkQuery, rules: checkRules };
const fileArgument = { file: { doc: 'A site file; - is standard input.' } } as const;

const check = defineSubcommand({
  summary: 'Check a site file for mistakes.',
  description: 'Every mistake is reported with its line. No database is needed.',
  examples: [{ command: 'site check site.yaml', doc: 'Exit status 0: the file can be applied.' }],
  arguments: fileArgument,
  options: jsonOption,
  run: async ({ arguments: { file }, options, stdin, stderr, print, printJson }) => {
    const { site } = readSite(await readSiteText(file, stdin), file, { ...checks, files: filesBeside(file) });
    const counts = {
      fields: site.fields.length,
      collections: countCollections(site.collections),
      users: site.users.length,
    };
    const warnings = languageWarnings(site.languages);
    if (options.json) return printJson({ name: site.name, ...counts, warnings });
    for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
    print(`${file} is valid: ${site.name}, ${counts.fields} fields, ${counts.collections} collections.`);
  },
});

const apply = defineSubcommand({
  summary: 'Apply a site file on all nodes.',
  description: `Applying the same file again changes nothing, and changes made on the pages are never undone: a user is created once, with the password
in the file, and not changed afterwards. When fields or sort methods have changed, the records are indexed again in the background; until
then, searches use the existing index.`,
  examples: [
    { command: 'site apply site.yaml', doc: 'Checks the file first; a file with mistakes changes nothing.' },
    { command: 'site apply site.yaml --dry-run', doc: 'Shows what would be changed.' },
  ],
  arguments: fileArgument,
  options: { 'dry-run': { type: 'flag', doc: 'Only show what would be changed.' }, ...jsonOption },
  run: async ({ arguments: { file }, options, settings, signal, stdin, stderr, print, printJson }) => {
    const text = await readSiteText(file, stdin);
    const allChecks = { ...checks, files: filesBeside(file) };
    readSite(text, file, allChecks);
    const store = await openStore(settings(), { signal });
    try {
      const dryRun = options['dry-run'];
      const { version, changed, needsReindexing, reasons, time, created } = await applySite(store.database, text, {
        dryRun,
        file,
        checks: allChecks,
      });
      const warnings = languageWarnings(version.site.languages);
      if (options.json)
        return printJson({
          version: version.number,
          changed,
          needsReindexing,
          reasons,
          time,
          created,
          dryRun,
          warnings,
        });
      for (const warning of warnings) stderr.write(`warning: ${warning}\n`);
      if (!changed) return print(`Nothing to do: this is already the current site file, version ${version.number}.`);
      print(`${dryRun ? 'Would be' : 'Applied as'} version ${version.number}: ${version.site.name}.`);
      if (created.length > 0) print(`People ${dryRun ? 'that would be added' : 'added'}: ${created.join(', ')}.`);
      if (!needsReindexing) return;
      const why = reasons.length === 0 ? '' : `, because ${reasons.join('; ')}`;
      if (!dryRun)
        print(
          `The running server indexes the records again in the background${why}; if none is running, run \`reperio index rebuild\`.`,
        );
      else {
        const { records = 0, seconds = 0 } = time ?? {};
        print(`The records would be indexed again${why}.`);
        print(
          `That is ${grouped(records)} records, ${seconds < 1 ? 'less than a second' : `about ${duration(seconds)}`} on this machine, estimated from some of them; searches use the existing index meanwhile.`,
        );
      }
    } finally {
      await store.release();
    }
  },
});

const show = defineSubcommand({
  summary: 'Print the current site file.',
  description: `It shows the passwords with which people were added; they may have changed them since. A file that extends a built-in one is printed
as it was applied; --whole prints it with everything that it inherits.`,
  examples: [
    { command: 'site show > site.yaml', doc: 'The file as it was applied.' },
    { command: 'site show --whole', doc: 'Every field, sort, facet and collection, also the inherited ones.' },
  ],
  arguments: {},
  options: {
    whole: { type: 'flag', doc: 'With everything that the file inherits.' },
    files: {
      type: 'text',
      value: 'FOLDER',
      doc: 'Also write the files that it names, a logo and pages, into this folder.',
    },
    ...jsonOption,
  },
  run: async ({ options, settings, signal, stdout, printJson }) => {
    const store = await openStore(requireLibrary(settings()), { signal });
    try {
      const { number, source: applied, files } = await currentSource(store.database);
      if (options.files !== undefined) writeFiles(options.files, files);
      const source = options.whole ? wholeText(applied, await versionsInForce(store.database)) : applied;
      if (options.json) return printJson({ version: number, source });
      stdout.write(source.endsWith('\n') ? source : `${source}\n`);
    } finally {
      await store.release();
    }
  },
});

const level = defineSubcommand({
  summary: 'Open or close the site, or make it read-only, on all nodes within a second.',
  description: `open: everything is allowed. read-only: readers can search and read, but every change is refused. closed: readers are refused with 503 and Retry-After; administrators
can sign in. A message is shown on every page, also while the site is open; opening a closed site removes it, and so does --message ''. Without a level, shows the current
level. Commands on the terminal are never refused.`,
  examples: [
    { command: 'site level', doc: 'Shows the current level.' },
    { command: "site level read-only --message 'New servers until noon.'", doc: 'Before a migration.' },
    { command: 'site level closed --retry-after 3600', doc: 'Crawlers return in an hour.' },
    { command: 'site level open', doc: 'Opens the site and removes the message.' },
  ],
  arguments: { level: { optional: true, doc: 'open, read-only or closed.' } },
  options: {
    message: { type: 'text', value: 'TEXT', doc: 'The message on every page.' },
    'retry-after': {
      type: 'number',
      value: 'SECONDS',
      minimum: 1,
      maximum: 604_800,
      doc: 'When readers are told to come back.',
    },
    ...jsonOption,
  },
  run: async ({ arguments: { level: name }, options, settings, signal, print, printJson }) => {
    const wanted = siteLevels.find((one) => one === name);
    if (name !== undefined && wanted === undefined)
      throw new UserError(cliErrors.wrongLevel, { name, levels: siteLevels.join(', ') });
    const { message, 'retry-after': retryAfter } = options;
    const changes = {
      ...(wanted === undefined ? {} : { level: wanted }),
      ...(message === undefined ? {} : { message }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
    const store = await openStore(requireLibrary(settings()), { signal });
    try {
      const now =
        Object.keys(changes).length === 0 ? await readLevel(store.database) : await setLevel(store.database, changes);
      if (options.json) return printJson(now);
      // Said only to those who named a time.
      const hasTime = now.level !== 'open' && now.retryAfter !== openLevel.retryAfter;
      print(
        `${now.level}${hasTime ? `, back in ${now.retryAfter} s` : ''}${now.message === '' ? '' : `: ${now.message}`}`,
      );
    } finally {
      await store.release();
    }
  },
});

/** By their paths below the folder; what stood elsewhere comes into the folder itself. */
function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, data] of Object.entries(files)) {
    if (isBaseFile(path)) continue;
    const isBelow = !isAbsolute(path) && !normalize(path).startsWith('..');
    const file = join(folder, isBelow ? path : basename(path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(data, 'base64'));
  }
}

function countCollections(collections: readonly Collection[]): number {
  return collections.reduce(
    (sum, one) => sum + 1 + countCollections(one.children) + countCollections(one.virtualChildren),
    0,
  );
}

export const command: CommandGroup = { commands: { new: newCommand, check, apply, show, level } };
