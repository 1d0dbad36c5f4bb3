import { orderable } from '../marc/orderable.ts';
import { texAccents } from './tex-symbols.ts';

const specials: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  // "\\{" would count as a brace for BibTeX, and a lone one would break the entry.
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '&': '\\&',
  '%': '\\%',
  $: '\\$',
  '#': '\\#',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "{''}",
};

const letters: Readonly<Record<string, string>> = {
  ß: '{\\ss}',
  æ: '{\\ae}',
  Æ: '{\\AE}',
  œ: '{\\oe}',
  Œ: '{\\OE}',
  ø: '{\\o}',
  Ø: '{\\O}',
  ł: '{\\l}',
  Ł: '{\\L}',
  ı: '{\\i}',
  å: '{\\aa}',
  Å: '{\\AA}',
  '–': '--',
  '—': '---',
  '‘': '`',
  '’': "'",
  '“': '``',
  '”': "''",
  '…': '{\\ldots}',
  '\u00a0': '~',
};

const accentCommands: ReadonlyMap<string, string> = new Map(
  [...texAccents]
    .filter(([command]) => /^([`'^~"=.uvHckrdb])$/.test(command))
    .map(([command, mark]) => [mark, command]),
);

/**
 * Text as a value of a BibTeX entry. Mathematics between dollars stays as it is, since that is TeX
 * already; all else that means something to TeX is escaped, and accented Latin letters become
 * commands, so that BibTeX programs of any age sort and print them. Letters of other scripts stay
 * as they are (UTF-8). Braces in the result are always balanced.
 */
export function texText(source: string): string {
  const text = source.replace(/\s+/gu, ' ').trim();
  const parts = text.split(/(?<!\\)\$/);
  if (parts.length % 2 === 0 || !parts.every((part, i) => i % 2 === 0 || isMath(part))) return escapeTex(text);
  return parts.map((part, i) => (i % 2 === 0 ? escapeTex(part) : `$${part}$`)).join('');
}

function isMath(part: string): boolean {
  let depth = 0;
  for (let i = 0; i < part.length; i++) {
    if (part[i] === '\\') i++;
    else if (part[i] === '{') depth++;
    else if (part[i] === '}' && --depth < 0) return false;
  }
  // BibTeX counts braces without regard to backslashes, so escaped ones must balance as well.
  return (
    depth === 0 &&
    part !== '' &&
    (part.match(/\{/g)?.length ?? 0) === (part.match(/\}/g)?.length ?? 0) &&
    !/[%#]/.test(part)
  );
}

function escapeTex(text: string): string {
  if (/^[A-Za-z0-9 .,:;()'/+=?!@*-]*$/.test(text)) return text;
  let out = '';
  for (const character of orderable(text).normalize('NFC')) {
    out += specials[character] ?? letters[character] ?? accented(character) ?? character;
  }
  return out;
}

function accented(character: string): string | undefined {
  const [base, mark, ...more] = character.normalize('NFD');
  if (base === undefined || mark === undefined || more.length > 0 || !/^[A-Za-z]$/.test(base)) return undefined;
  const command = accentCommands.get(mark);
  if (command === undefined) return undefined;
  const letter = (base === 'i' || base === 'j') && !/[ckdb]/.test(command) ? `\\${base}` : base;
  return /[A-Za-z]/.test(command) ? `{\\${command}{${letter}}}` : `{\\${command}${letter}}`;
}
