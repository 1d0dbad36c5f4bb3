import type { Field, MarcRecord } from '../record.ts';
import { lineOf } from './text.ts';

/**
 * Text MARC that loads back to the same record: the leader as "=LDR  00000nam\a22...", then the
 * fields and their subfields in the order of the record. What a line such as "245__ $$aTitle"
 * cannot hold (line breaks, "$$", a field without subfields) has a line of the mnemonic form:
 * "=245  10$aCosts {dollar}{dollar}5".
 */
export function toCompleteTextMarc({ leader, fields }: MarcRecord): string {
  const head = leader === '' ? '' : `=LDR  ${leader.replaceAll(' ', '\\')}\n`;
  return head + fields.map((field) => `${fitsPlainLine(field) ? lineOf(field) : mnemonicLine(field)}\n`).join('');
}

function fitsPlainLine({ ind1, ind2, value, subfields }: Field): boolean {
  if (value !== undefined) return !/[\r\n]/.test(value);
  if (subfields.length === 0 || ind1 === '_' || ind2 === '_') return false;
  return subfields.every((one) => one.code !== '$' && !/[\r\n]|\$\$|\$$/.test(one.value));
}

function mnemonicLine({ tag, ind1, ind2, value, subfields }: Field): string {
  const content =
    value === undefined
      ? blank(ind1) +
        blank(ind2) +
        subfields.map((one) => `$${one.code === '$' ? '{dollar}' : one.code}${mnemonics(one.value)}`).join('')
      : mnemonics(value);
  return `=${tag}  ${content}`;
}

function blank(indicator: string): string {
  return indicator === ' ' ? '\\' : indicator;
}

const names: Readonly<Record<string, string>> = {
  $: 'dollar',
  '{': 'lcub',
  '}': 'rcub',
  '\\': 'bsol',
  '\n': 'lfchar',
  '\r': 'crchar',
};

function mnemonics(text: string): string {
  return text.replace(/[$\\{}\r\n]/g, (character) => `{${names[character]}}`);
}
