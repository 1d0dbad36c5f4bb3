import { translatedLanguages } from '../web/ui/translations.ts';

const nameOf = (code: string): string => new Intl.DisplayNames('en', { type: 'language' }).of(code) ?? code;

/** What readers will miss where a site has languages that no page is translated to. */
export function languageWarnings(
  languages: readonly string[],
  translated: readonly string[] = translatedLanguages(),
): readonly string[] {
  const missing = languages.filter((language) => !translated.includes(language));
  if (missing.length === 0) return [];
  const left = languages.find((language) => translated.includes(language));
  const there = translated.map((code) => `${nameOf(code)} (${code})`).join(' and ');
  return missing.map(
    (language) =>
      `site.languages: there is no translation of the pages in ${nameOf(language)} (${language}), only in ${there}. Pages appear in ${nameOf(left ?? 'en')}` +
      ` instead; so do names of fields and collections, or their codes if they have no ${nameOf(left ?? 'en')} name.`,
  );
}
