import type { CheckAnswer, CheckState, Measure } from './check.ts';

/** What a plug-in prints, and what each line says. */
export interface CheckLines {
  readonly lines: readonly string[];
  readonly states: readonly CheckState[];
}

/**
 * The line of a plug-in, as the guidelines have it: "NAME STATE - sentence |
 * label=value;w;c;min;max ...". One line, and one | in it at most.
 */
export function checkLine(name: string, { state, sentence, measures, fix }: CheckAnswer): string {
  const said = fix === undefined ? sentence : `${sentence} Try: ${fix}`;
  const data = measures.map(measureText).join(' ');
  return `${plain(name.toUpperCase())} ${state.toUpperCase()} - ${plain(said)}${data === '' ? '' : ` | ${data}`}`;
}

/** What separates, and what ends a line, is said otherwise. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replaceAll('|', '/')
    .trim();
}

/** Semicolons at the end need not be written. "U": it could not be found out. */
function measureText({ label, value, unit, warning, critical, minimum, maximum }: Measure): string {
  const shown = value === undefined || !Number.isFinite(value) ? 'U' : `${numberText(value)}${unit}`;
  const rest = [warning, critical, minimum, maximum].map((each) => (each === undefined ? '' : String(each)));
  return `${quoted(label)}=${[shown, ...rest].join(';').replace(/;+$/, '')}`;
}

/** Digits, a point and a minus only: at most three places, no exponent. */
function numberText(value: number): string {
  return value.toFixed(3).replace(/\.?0+$/, '');
}

function quoted(label: string): string {
  return /^[\w./-]+$/.test(label) ? label : `'${plain(label).replace(/['=]/g, '_')}'`;
}
