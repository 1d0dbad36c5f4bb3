import type { Value, YamlReader } from '../yaml/yaml-reader.ts';

/** Languages of nearly all site files: nothing need be loaded to know them. */
const spoken: readonly string[] = ['en', 'fr', 'de', 'es', 'it'];
let languageNames: Intl.DisplayNames | undefined;

/** Is it a language code that the world knows: "en", "pt-BR"? */
export function isLanguage(code: string): boolean {
  if (spoken.includes(code)) return true;
  languageNames ??= new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
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
