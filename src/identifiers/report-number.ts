import { arxivOf } from './arxiv.ts';

/**
 * Number of a report. ISO 10444 (ISRN) parts it by hyphens; catalogues write dots, slashes and
 * blanks as well. The normal form has the letters and digits in lower case with one hyphen for what
 * is between them: "CERN-TH.4036/85" and "CERN TH 4036 85" are "cern-th-4036-85".
 */
export function reportNumberOf(text: string): string | undefined {
  const groups = reportNumberText(text).match(/[\p{L}\p{M}\p{N}]+/gu);
  return groups === null ? undefined : groups.join('-').toLowerCase();
}

/** What of a text is the number: of arXiv without version; nothing that follows in brackets. */
export function reportNumberText(text: string): string {
  const arxiv = arxivOf(text);
  if (arxiv !== undefined) return arxiv;
  const given = text.replace(/^[\s[]+/, '').replace(/^arxiv:\s*/i, '');
  const bracket = given.indexOf('[');
  return (bracket === -1 ? given : given.slice(0, bracket)).replace(/[\s\]]+$/, '').replace(/(?<=\d{4})v\d+$/i, '');
}
