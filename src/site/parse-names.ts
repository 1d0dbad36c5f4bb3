import type { Value, YamlReader } from './yaml-reader.ts';

const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });

/** Is it a language code that the world knows: "en", "pt-BR"? */
export function isLanguage(code: string): boolean {
  try {
    return languageNames.of(code) !== undefined;
  } catch {
    return false;
  }
}

/** Language -> name. */
export function readNames(reader: YamlReader, value: Value | undefined): Readonly<Record<string, string>> {
  for (const entry of reader.entries(value)) {
    if (!isLanguage(entry.key))
      reader.report(entry.line, `${value?.name}: '${entry.key}' is not a language code such as en, fr or pt-BR.`);
  }
  return reader.dictionary(value);
}
