import type { Check } from '../../marc/checks/rule.ts';
import type { CheckRule } from '../../site/site.ts';

/**
 * The task that mends what a rule finds, as `edit` takes it: it has all of the rule, so it stays
 * what it is.
 */
export function fixTask({ name, check }: Pick<CheckRule, 'name' | 'check'>): string {
  return `name: ${JSON.stringify(`check ${name}`)}\nactions:\n  - do: fix\n    check: ${JSON.stringify(written(check))}\n`;
}

/** As site files write it. */
function written(check: Check): object {
  if (check.kind === 'order') return { what: 'order' };
  const { kind, paths } = check;
  const usual = { what: kind, paths };
  switch (check.kind) {
    case 'regexp-replace': {
      const { text, ignoreCase } = check.pattern;
      return { ...usual, matches: text, with: check.with, ...(ignoreCase && { 'ignore-case': true }) };
    }
    case 'rename-subfield':
      return { ...usual, subfield: check.subfield, to: check.to };
    case 'rename-tag':
      return { ...usual, to: check.to };
    case 'repeated':
      return { ...usual, ...(check.once && { once: true }) };
    case 'date':
      return { ...usual, ...(check.past && { past: true }) };
    default:
      return usual;
  }
}
