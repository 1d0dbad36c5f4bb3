import { isIP } from 'node:net';
import { identityOf } from '../../site/identity.ts';
import type { Facts, FieldRule, Rule, RuleValue } from './rule.ts';

export interface RuleDecision {
  readonly allowed: boolean;
  /** The rule that decided; undefined: none did, which is a no. */
  readonly by: Rule | undefined;
}

/** Asks the rules from the top. Takes no longer than the rules and the facts are long. */
export function decideRules(rules: readonly Rule[], facts: Facts): RuleDecision {
  for (const rule of rules) {
    switch (rule.kind) {
      case 'everybody':
        return { allowed: rule.allow, by: rule };
      case 'date': {
        const holds = rule.side === 'from' ? facts.now >= rule.at : facts.now < rule.at;
        if (holds !== rule.allow) return { allowed: false, by: rule };
        break;
      }
      case 'field':
        if (fits(rule, facts)) return { allowed: rule.allow, by: rule };
    }
  }
  return { allowed: false, by: undefined };
}

/**
 * Does a rule name somebody who is called so, whatever it says of them? Whoever wrote it meant a
 * person they know, and not the first who takes the name.
 */
export function namesPerson(rules: readonly Rule[], name: string): boolean {
  return speaksOf(rules, 'nickname', name);
}

/** The same of an address. */
export function namesEmail(rules: readonly Rule[], email: string): boolean {
  return speaksOf(rules, 'email', email);
}

function speaksOf(rules: readonly Rule[], field: string, text: string): boolean {
  return rules.some(
    (rule) => rule.kind === 'field' && rule.field === field && rule.values.some((value) => equal(value, text)),
  );
}

/** The names that rules write out, in small letters. */
export function namesIn(rules: readonly Rule[]): readonly string[] {
  const values = rules.flatMap((rule) => (rule.kind === 'field' && rule.field === 'nickname' ? rule.values : []));
  return [...new Set(values.flatMap((value) => (value.kind === 'text' ? [value.text] : [])))];
}

function fits({ field, not, values }: FieldRule, { fields }: Facts): boolean {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (value === undefined) return false;
  const list = typeof value === 'string' ? [value] : value;
  return values.some((wanted) => list.some((one) => equal(wanted, one))) !== not;
}

function equal(wanted: RuleValue, value: string): boolean {
  switch (wanted.kind) {
    case 'text':
      return wanted.text === identityOf(value);
    case 'pattern':
      return wanted.pattern.matcher(value).lookingAt();
    case 'network': {
      const family = isIP(value);
      return family !== 0 && wanted.network.check(value, family === 6 ? 'ipv6' : 'ipv4');
    }
  }
}
