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
  let out = '';
  let at = 0;
  for (const found of text.matchAll(formula)) {
    const inside = found[1] ?? found[2]!;
    if (!isMath(inside)) continue;
    out += `${markedUp(text.slice(at, found.index))}$${inside}$`;
    at = found.index + found[0].length;
  }
  return out + markedUp(text.slice(at));
}

/**
 * Between dollars, as Pandoc reads them: no blank inside at either end, and no digit after the
 * second one, so that "$5 to $10" are prices; or between \\( and \\).
 */
const formula = /(?<!\\)\$(?=\S)([^$]*?[^\s\\$])\$(?!\d)|\\\((.{1,500}?)\\\)/g;

const commands: Readonly<Record<string, string>> = {
  i: 'textit',
  em: 'emph',
  b: 'textbf',
  strong: 'textbf',
  sub: 'textsubscript',
  sup: 'textsuperscript',
};
/** Elements without another inside. */
const element = /<(i|em|b|strong|sub|sup)>([^<>]*)<\/\1>/gi;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' };

/** Text outside of mathematics: the little HTML that titles carry becomes commands. */
function markedUp(text: string): string {
  if (!/[<&]/.test(text)) return escapeTex(text);
  let out = '';
  let at = 0;
  for (const { 0: whole, 1: tag = '', 2: inside = '', index } of text.matchAll(element)) {
    out += `${unmarked(text.slice(at, index))}\\${commands[tag.toLowerCase()]}{${unmarked(inside)}}`;
    at = index + whole.length;
  }
  return out + unmarked(text.slice(at));
}

function unmarked(text: string): string {
  return escapeTex(text.replace(/&(amp|lt|gt|quot|nbsp);/g, (_, name: string) => entities[name]!));
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
