/**
 * Leading articles by language, folded. Only unmistakable ones: Italian "i" would take the first
 * word off "I, robot". English has the three prepositions that Invenio passed over as well, so that
 * lists keep their order.
 */
const articles: Readonly<Record<string, readonly string[]>> = {
  en: ['the', 'a', 'an', 'at', 'on', 'of'],
  fr: ['le', 'la', 'les', "l'", 'un', 'une'],
  de: ['der', 'die', 'das', 'ein', 'eine'],
  es: ['el', 'la', 'los', 'las', 'un', 'una'],
  it: ['il', 'lo', 'la', 'gli', 'le', "l'", 'un', 'una', 'uno', "un'"],
  pt: ['o', 'a', 'os', 'as', 'um', 'uma'],
  nl: ['de', 'het', 'een', "'t"],
  sv: ['en', 'ett', 'den', 'det'],
  da: ['en', 'et', 'den', 'det'],
  no: ['en', 'ei', 'et', 'den', 'det'],
  ca: ['el', 'la', 'els', 'les', "l'", 'un', 'una'],
};

/**
 * Finds an article at the beginning of folded text in any of these languages, with any opening
 * quotes before it.
 */
export function leadingArticle(languages: readonly string[]): RegExp | undefined {
  const words = new Set(languages.flatMap((language) => articles[language.slice(0, 2)] ?? []));
  if (words.size === 0) return undefined;
  const elided = [...words].filter((word) => word.endsWith("'"));
  const whole = [...words].filter((word) => !word.endsWith("'"));
  return new RegExp(
    `^["'(\\[]*(?:(?:${whole.join('|')})\\s+(?=\\S)${elided.map((word) => `|${word}(?=\\S)`).join('')})`,
  );
}
