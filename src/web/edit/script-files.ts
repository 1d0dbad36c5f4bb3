import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { tagTable } from './tag-table.ts';

/**
 * What the browser loads for the editor: our modules, those of CodeMirror as their packages have
 * them, and the tables. Addresses hold a hash of the content. Made when the first editor is opened.
 */
export interface ScriptFiles {
  /** Bare names of modules to addresses, as an import map says it. */
  readonly imports: Readonly<Record<string, string>>;
  readonly main: string;
  /** By language. */
  readonly tables: ReadonlyMap<string, string>;
  readonly file: (name: string) => ScriptFile | undefined;
}

export interface ScriptFile {
  readonly contentType: string;
  readonly body: Buffer;
  /** Compressed when it is first asked for. */
  readonly coded: (coding: 'br' | 'gzip') => Buffer;
}

/** Packages that the modules of ours import, and what these import. */
const packages = [
  '@codemirror/autocomplete',
  '@codemirror/commands',
  '@codemirror/language',
  '@codemirror/lint',
  '@codemirror/search',
  '@codemirror/state',
  '@codemirror/streamparser',
  '@codemirror/view',
  '@lezer/common',
  '@lezer/highlight',
  '@marijn/find-cluster-break',
  'crelt',
  'style-mod',
  'w3c-keyname',
];

const folder = new URL('./script/', import.meta.url);
const languages = ['en', 'fr'];

let made: ScriptFiles | undefined;

export function scriptFiles(): ScriptFiles {
  made ??= makeFiles();
  return made;
}

function makeFiles(): ScriptFiles {
  const files = new Map<string, ScriptFile>();
  const add = (name: string, extension: string, contentType: string, body: Buffer): string => {
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
    const file = `${name.replaceAll(/[^a-z0-9]+/g, '-')}-${hash}.${extension}`;
    files.set(file, { contentType, body, coded: coder(body) });
    return `/edit/assets/${file}`;
  };
  const script = 'text/javascript; charset=utf-8';
  const imports: Record<string, string> = {};
  for (const name of packages) imports[name] = add(name, 'js', script, readFileSync(moduleOf(name)));
  for (const file of readdirSync(folder).filter((one) => one.endsWith('.js'))) {
    const name = file.slice(0, -3);
    imports[`editor/${name}`] = add(name, 'js', script, readFileSync(new URL(file, folder)));
  }
  const tables = languages.map((language): [string, string] => {
    const body = Buffer.from(JSON.stringify(tagTable(language)));
    return [language, add(`marc-${language}`, 'json', 'application/json; charset=utf-8', body)];
  });
  const main = imports['editor/editor']!;
  return { imports, main, tables: new Map(tables), file: (name) => files.get(name) };
}

/** The module that a browser would get of a package. */
function moduleOf(name: string): string {
  return fileURLToPath(import.meta.resolve(name));
}

function coder(body: Buffer): ScriptFile['coded'] {
  const known = new Map<string, Buffer>();
  return (coding) => {
    const before = known.get(coding);
    if (before !== undefined) return before;
    const coded =
      coding === 'gzip'
        ? gzipSync(body)
        : brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } });
    known.set(coding, coded);
    return coded;
  };
}
