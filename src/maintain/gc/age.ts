import { UserError } from '../../errors/errors.ts';
import { grouped } from '../../errors/grouped.ts';
import { gcErrors } from './errors.ts';
import type { GcKind } from './kind.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** In ms. A year has 365 days. */
const units = { min: 60_000, h: hour, d: day, w: 7 * day, y: 365 * day } as const;

export const hours = (count: number): number => count * hour;
export const days = (count: number): number => count * day;
export const years = (count: number): number => count * units.y;

const longest = 1_000 * units.y;

/** In ms. Throws `ageWrong`, `ageTooLong`. */
export function parseAge(given: string): number {
  const [, digits = '', unit = ''] = /^\s*(\d{1,6}(?:\.\d{1,3})?)\s*([a-z]+)\s*$/i.exec(given) ?? [];
  const factor = Object.entries(units).find(([name]) => name === unit.toLowerCase())?.[1];
  if (factor === undefined) throw new UserError(gcErrors.ageWrong, { given });
  const age = Number(digits) * factor;
  // The database counts years back to 4713 before our era only.
  if (age > longest) throw new UserError(gcErrors.ageTooLong, { given });
  return age;
}

/** "3 years", "7 days", "12 hours", "90 minutes". */
export function ageText(age: number): string {
  const [name, factor] =
    (
      [
        ['year', units.y],
        ['day', day],
        ['hour', hour],
      ] as const
    ).find(([, each]) => age > 0 && age % each === 0) ?? (['minute', units.min] as const);
  const count = age / factor;
  return `${grouped(count)} ${name}${count === 1 ? '' : 's'}`;
}

/** "unread for 30 days" */
export function ruleText({ rule, age }: Pick<GcKind, 'rule' | 'age'>, asked: number | undefined): string {
  const shown = asked ?? age;
  return rule.replace('{age}', typeof shown === 'number' ? ageText(shown) : 'AGE');
}

/**
 * How old what goes must be, in ms. Throws `ageTooShort`, `ageMeansNothing` and `ageMissing`.
 */
export function ageFor({ name, age, least }: GcKind, asked: number | undefined): number {
  if (asked === undefined) {
    if (age === 'asked') throw new UserError(gcErrors.ageMissing, { kind: name });
    return age === 'size' ? 0 : age;
  }
  if (age === 'size') throw new UserError(gcErrors.ageMeansNothing, { kind: name });
  if (asked < least)
    throw new UserError(gcErrors.ageTooShort, { kind: name, given: ageText(asked), least: ageText(least) });
  return asked;
}
