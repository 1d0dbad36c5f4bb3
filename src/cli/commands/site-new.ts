import { writeFileSync } from 'node:fs';
import { UserError } from '../../errors/errors.ts';
import { contrast, isColour, leastContrast } from '../../site/colour.ts';
import { defaultAccent } from '../../site/defaults.ts';
import { type Kind, kindsOf } from '../../site/kinds.ts';
import { newSiteText } from '../../site/new-site.ts';
import { isLanguage } from '../../site/parse-names.ts';
import { type Asker, askerOf, isTerminal } from '../ask.ts';
import { defineSubcommand } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { languageWarnings } from '../language-warnings.ts';

const command = 'site new';

/** Each throws an Error whose message ends "The option --x ..." too. */
const readers = {
  name: (typed: string): string => {
    if (typed === '') throw new Error('must not be empty');
    return typed;
  },
  languages: (typed: string): readonly string[] => {
    const codes = wordsOf(typed);
    const wrong = codes.find((code) => !isLanguage(code));
    if (wrong !== undefined) throw new Error(`has '${wrong}', which is not a language code such as en, fr or pt-BR`);
    if (codes.length === 0) throw new Error('needs a language code, such as en');
    return [...new Set(codes)];
  },
  colour: (typed: string): string => {
    const colour = typed.startsWith('#') ? typed : `#${typed}`;
    if (!isColour(colour)) throw new Error(`must be a colour such as ${defaultAccent}, in quotes`);
    if (contrast(colour, '#ffffff') < leastContrast) throw new Error(`is too light to read on white: ${colour}`);
    return colour;
  },
  email: (typed: string): string => {
    if (!/^[^\s@]+@[^\s@]+$/.test(typed)) throw new Error('must be an e-mail address');
    return typed;
  },
} as const;

function readKinds(typed: string, kinds: readonly Kind[]): readonly string[] | undefined {
  const words = wordsOf(typed);
  if (words.length === 0 || words.includes('all')) return undefined;
  return words.map((word) => {
    const kind = kinds.find(({ code }, i) => code === word || String(i + 1) === word);
    if (kind === undefined)
      throw new Error(`has '${word}', which is not one of ${kinds.map(({ code }) => code).join(', ')}`);
    return kind.code;
  });
}

function wordsOf(typed: string): readonly string[] {
  return typed.split(/[\s,]+/).filter((word) => word !== '');
}

export const newCommand = defineSubcommand({
  summary: 'Begin a site file of your own.',
  description: `Writes a short file that extends the built-in one, with comments that show what can be added. On a terminal it asks for everything that
no option gives; elsewhere --name is required. The file has no effect until it is applied.`,
  examples: [
    { command: 'site new', doc: 'Asks, and writes site.yaml.' },
    {
      command:
        "site new harbour.yaml --name 'Harbour Library' --languages en,fr --kinds book,map,picture --colour '#0b5cad'",
      doc: 'Asks nothing if standard input is not a terminal.',
    },
    { command: "site new --name 'Médiathèque' --languages fr --unimarc", doc: 'For records in UNIMARC.' },
  ],
  arguments: { file: { optional: true, doc: 'The file to write; site.yaml by default.' } },
  options: {
    name: { type: 'text', value: 'TEXT', doc: 'The name of the library.' },
    languages: {
      type: 'text',
      value: 'CODES',
      doc: 'Languages of the pages, such as en,fr; the first is the default.',
    },
    kinds: {
      type: 'text',
      value: 'KINDS',
      doc: 'Kinds of material that get a collection, such as book,serial,map; all by default.',
    },
    colour: { type: 'text', value: 'COLOUR', doc: `Colour of links and buttons, such as '${defaultAccent}'.` },
    email: { type: 'text', value: 'ADDRESS', doc: 'E-mail address at the foot of every page.' },
    unimarc: { type: 'flag', doc: 'The records are UNIMARC, not MARC 21.' },
    force: { type: 'flag', doc: 'Overwrite the file if it exists.' },
  },
  run: async ({ arguments: { file = 'site.yaml' }, options, stdin, stderr, signal, print }) => {
    const builtIn = options.unimarc ? 'unimarc' : 'default';
    const { kinds } = kindsOf(builtIn);
    const given = {
      name: readOption('name', options.name, readers.name),
      languages: readOption('languages', options.languages, readers.languages),
      kinds: readOption('kinds', options.kinds, (typed) => ({ codes: readKinds(typed, kinds) })),
      colour: readOption('colour', options.colour, readers.colour),
      email: readOption('email', options.email, readers.email),
    };
    const asks = isTerminal(stdin);
    if (!asks && given.name === undefined) throw new UserError(cliErrors.missingOption, { command, option: '--name' });
    const asker = asks ? askerOf({ stdin, stderr, signal }) : undefined;
    try {
      const name = given.name ?? (await asker!.ask({ text: 'Name of the library:', read: readers.name }));
      const languages =
        given.languages ??
        (await askOr(asker, ['en'], 'Languages of the pages, the first is the default (en):', readers.languages));
      const chosen = given.kinds ?? (await askKinds(asker, kinds));
      const colour =
        given.colour ??
        (await askOr(asker, defaultAccent, `Colour of links and buttons (${defaultAccent}):`, readers.colour));
      const email = given.email ?? (await askOr(asker, '', 'E-mail address for readers (none):', readers.email));
      const text = newSiteText({ name, languages, kinds: chosen.codes, colour, email, extends: builtIn }, file);
      write(file, text, options.force);
      for (const warning of languageWarnings(languages)) stderr.write(`warning: ${warning}\n`);
      print(`Wrote ${file}. Read it, then:
  reperio site check ${file}
  reperio site apply ${file} --dry-run
  reperio site apply ${file}`);
    } finally {
      asker?.close();
    }
  },
});

function readOption<T>(option: string, typed: string | undefined, read: (typed: string) => T): T | undefined {
  if (typed === undefined) return undefined;
  try {
    return read(typed.trim());
  } catch (error) {
    const { message } = error as Error;
    throw new UserError(cliErrors.wrongOption, { command, option: `--${option}`, problem: message }, error);
  }
}

async function askOr<T>(asker: Asker | undefined, otherwise: T, text: string, read: (typed: string) => T): Promise<T> {
  return asker === undefined ? otherwise : asker.ask({ text, otherwise, read: (typed) => said(read, typed) });
}

async function askKinds(
  asker: Asker | undefined,
  kinds: readonly Kind[],
): Promise<{ readonly codes: readonly string[] | undefined }> {
  if (asker === undefined) return { codes: undefined };
  asker.tell('Kinds of material:');
  for (const [i, { name }] of kinds.entries()) asker.tell(`  ${String(i + 1).padStart(2)}  ${name}`);
  const all: { readonly codes: readonly string[] | undefined } = { codes: undefined };
  return asker.ask({
    text: 'Which of them get a collection? Numbers separated by spaces (all):',
    otherwise: all,
    read: (typed) => said((text) => ({ codes: readKinds(text, kinds) }), typed),
  });
}

/** What an option "must be" is what an answer must be. */
function said<T>(read: (typed: string) => T, typed: string): T {
  try {
    return read(typed);
  } catch (error) {
    throw new Error(`'${typed}' ${(error as Error).message}.`, { cause: error });
  }
}

function write(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UserError(cliErrors.fileThere, { file }, error);
    throw new UserError(cliErrors.fileNotWritten, { file, reason: message }, error);
  }
}
