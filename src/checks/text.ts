import type { Finding } from '../marc/checks/rule.ts';
import type { RuleFinding } from './rules.ts';

/** In English, for programs and terminals; pages have translations. */
export function findingText({ fault, path, text, to }: Pick<Finding, 'fault' | 'path' | 'text' | 'to'>): string {
  const value = `"${text}"`;
  switch (fault) {
    case 'missing':
      return to.includes(', ') ? `one of ${to} is missing` : `${path} is missing`;
    case 'date':
      return `${path}: ${value} is not a date such as 2020, 2020-05 or 2020-05-31`;
    case 'future':
      return `${path}: ${value} is still to come`;
    case 'doi':
      return `${path}: ${value} is not a DOI in its bare form, such as 10.1234/abc`;
    case 'unknown':
      return `${path}: ${value} is not one of the values allowed`;
    case 'pattern':
      return `${path}: ${value} is not like ${to}`;
    case 'replace':
      return `${path}: ${value} should be "${to}"`;
    case 'subfield':
      return `${path}: subfield ${path.at(-1)} should be ${to}`;
    case 'tag':
      return `${path}: the tag should be ${to}`;
    case 'blanks':
      return `${path}: ${value} begins or ends with a blank`;
    case 'url':
      return `${path}: ${value} is not a web address`;
    case 'encoding':
      return `${path}: ${value} was read in the wrong encoding`;
    case 'nfc':
      return `${path}: ${value} has letters and marks apart (it is not in form NFC)`;
    case 'latex':
      return `${path}: ${value} has letters written as in TeX`;
    case 'identical':
      return `${path}: the same field stands there twice`;
    case 'repeated':
      return `${path}: the field stands there more than once`;
    case 'order':
      return `${path}: the field stands behind a field ${to}`;
    case 'length':
      return `${path}: ${text.length} characters instead of ${to}`;
    case 'position':
      return `${path}: ${value} at position ${to}`;
    case 'link-missing':
      return `${path}: $0 is missing`;
    case 'link-form':
      return `${path}: ${value} names no authority`;
    case 'link-dead':
      return `${path}: there is no record ${text}`;
  }
}

/** "rule doi-form: 0247_a: ...". */
export function ruleFindingText(finding: RuleFinding): string {
  return `rule ${finding.rule.name}: ${findingText(finding)}`;
}

/** What a person is to do, in English. */
export function whatToDo({ rule, to, patch }: RuleFinding): string {
  if (rule.says !== undefined) return rule.says.names['en'] ?? rule.says.text;
  return patch !== undefined && to !== '' ? `Write "${to}".` : 'Correct it, and send the record again.';
}
