import { readdirSync, readFileSync } from 'node:fs';
import { type Html, type HtmlValue, html } from '../../html/html.ts';
import { treeOf } from '../../yaml/known-trees.ts';
import { plainValue } from '../../yaml/tree.ts';

/**
 * The words of the pages in one language: "search.hits" -> text, or one text for each plural
 * category.
 */
export type Catalogue = ReadonlyMap<string, string | Plurals>;
export type Plurals = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;

type Values = Readonly<Record<string, string | number>>;

/**
 * Speaks one language. Texts have {placeholders}; a number is written as the language does; `count`
 * chooses the plural form.
 */
export interface Translator {
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  t(key: string, values?: Values): string;
  /** The same where a placeholder is markup, as a link in a sentence. */
  rich(key: string, values: Readonly<Record<string, HtmlValue>>): Html;
  has(key: string): boolean;
  number(value: number): string;
  /** A day: "3 May 2024". */
  date(value: Date): string;
  /** Bytes: "1.2 MB". */
  size(bytes: number): string;
  /**
   * The name of a language by its two- or three-letter code; the code itself when nobody knows it.
   */
  languageName(code: string): string;
  /** The name for people of a thing of the site file, which may have one for each language. */
  nameOf(names: Readonly<Record<string, string>>, fallback: string): string;
}

const folder = new URL('./translations/', import.meta.url);

/** The languages that pages exist in. */
export function translatedLanguages(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replace(/\.yaml$/, ''))
    .toSorted();
}

/** All catalogues in src/web/ui/translations, by language code. A new language is a new file. */
export function loadCatalogues(): ReadonlyMap<string, Catalogue> {
  return new Map(
    translatedLanguages().map((code) => [code, parseCatalogue(readFileSync(new URL(`${code}.yaml`, folder), 'utf8'))]),
  );
}

const pluralCategories: ReadonlySet<string> = new Set(['zero', 'one', 'two', 'few', 'many', 'other']);

export function parseCatalogue(text: string): Catalogue {
  const catalogue = new Map<string, string | Plurals>();
  const walk = (node: Readonly<Record<string, unknown>>, prefix: string): void => {
    for (const [key, value] of Object.entries(node)) {
      const name = prefix + key;
      if (typeof value === 'string') catalogue.set(name, value);
      else if (isPlurals(value)) catalogue.set(name, value);
      else if (typeof value === 'object' && value !== null)
        walk(value as Readonly<Record<string, unknown>>, `${name}.`);
      else throw new Error(`translation ${name} is not a text`);
    }
  };
  walk(plainValue(treeOf(text).root) as Readonly<Record<string, unknown>>, '');
  return catalogue;
}

function isPlurals(value: unknown): value is Plurals {
  if (typeof value !== 'object' || value === null || !('other' in value)) return false;
  return Object.entries(value).every(([key, text]) => pluralCategories.has(key) && typeof text === 'string');
}

/** MARC language codes that are not ISO 639-2/T, which is what Intl knows. */
const marcLanguages: Readonly<Record<string, string>> = {
  fre: 'fra',
  ger: 'deu',
  gre: 'ell',
  chi: 'zho',
  dut: 'nld',
  cze: 'ces',
  per: 'fas',
  rum: 'ron',
  slo: 'slk',
  alb: 'sqi',
  arm: 'hye',
  baq: 'eus',
  bur: 'mya',
  geo: 'kat',
  ice: 'isl',
  mac: 'mkd',
  may: 'msa',
  tib: 'bod',
  wel: 'cym',
  scr: 'hrv',
  scc: 'srp',
};

/** Texts that a language lacks come from `fallback`. */
export function createTranslator(language: string, catalogue: Catalogue, fallback: Catalogue): Translator {
  const numbers = new Intl.NumberFormat(language);
  const oneDigit = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const plurals = new Intl.PluralRules(language);
  const dates = new Intl.DateTimeFormat(dateLocale(language), { dateStyle: 'medium', timeZone: 'UTC' });
  const languages = new Intl.DisplayNames(language, { type: 'language', fallback: 'none' });
  const languageNames = new Map<string, string>();

  // A text with its placeholders taken out: texts at even places, names at odd ones.
  const split = new Map<string, readonly string[]>();
  const parts = (key: string, count: unknown): readonly string[] => {
    const entry = catalogue.get(key) ?? fallback.get(key) ?? key;
    const text =
      typeof entry === 'string'
        ? entry
        : (entry[typeof count === 'number' ? plurals.select(count) : 'other'] ?? entry.other ?? key);
    let pieces = split.get(text);
    if (pieces === undefined) {
      pieces = unbroken(language, text).split(/\{(\w+)\}/);
      split.set(text, pieces);
    }
    return pieces;
  };

  return {
    language,
    direction: /^(ar|he|fa|ur|yi)\b/.test(language) ? 'rtl' : 'ltr',
    t: (key, values = {}) => {
      const pieces = parts(key, values['count']);
      let text = pieces[0]!;
      for (let i = 1; i < pieces.length; i += 2) {
        const value = values[pieces[i]!];
        text += (typeof value === 'number' ? numbers.format(value) : (value ?? `{${pieces[i]}}`)) + pieces[i + 1]!;
      }
      return text;
    },
    rich: (key, values) => {
      const pieces = parts(key, values['count']).map((piece, i): HtmlValue => {
        if (i % 2 === 0) return piece;
        const value = values[piece];
        return typeof value === 'number' ? numbers.format(value) : value;
      });
      return html`${pieces}`;
    },
    has: (key) => catalogue.has(key) || fallback.has(key),
    number: (value) => numbers.format(value),
    date: (value) => dates.format(value),
    size: (bytes) => {
      const steps = ['B', 'kB', 'MB', 'GB', 'TB'];
      const step = Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
      return `${oneDigit.format(bytes / 1000 ** step)}\u00a0${steps[step]}`;
    },
    languageName: (code) => {
      let name = languageNames.get(code);
      if (name === undefined) {
        name = nameOfLanguage(languages, code);
        if (languageNames.size < languageNamesKept) languageNames.set(code, name);
      }
      return name;
    },
    nameOf: (names, name) => names[language] ?? names[language.split('-')[0]!] ?? names['en'] ?? name,
  };
}

/** French has a blank at these marks, at which no line may end. Translators write a plain one. */
function unbroken(language: string, text: string): string {
  return /^fr\b/.test(language) ? text.replace(/ (?=[:;?!»])|(?<=«) /g, '\u00a0') : text;
}

/** Codes come from records, so that there is no end of wrong ones. */
const languageNamesKept = 1000;

function nameOfLanguage(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(marcLanguages[code] ?? code) ?? code;
  } catch {
    return code;
  }
}

/** Days as most of the world writes them: English is that of Britain. */
export function dateLocale(language: string): string {
  return language === 'en' ? 'en-GB' : language;
}

const nativeNames = new Map<string, string>();

/** What a language calls itself, with a capital: "Français". */
export function nativeName(language: string): string {
  let name = nativeNames.get(language);
  if (name === undefined) {
    const plain = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;
    name = plain.charAt(0).toLocaleUpperCase(language) + plain.slice(1);
    nativeNames.set(language, name);
  }
  return name;
}

/** The best of `offered` for an Accept-Language header, or undefined. */
export function negotiateLanguage(header: string | undefined, offered: readonly string[]): string | undefined {
  const wishes = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)/.exec(parameter)?.[1]).find((q) => q !== undefined);
      return { tag: tag.trim().toLowerCase(), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter((wish) => wish.tag !== '' && wish.quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of wishes) {
    const found = offered.find(
      (language) => tag === language.toLowerCase() || tag.split('-')[0] === language.toLowerCase(),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
