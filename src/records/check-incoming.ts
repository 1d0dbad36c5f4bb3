import { type RuleFinding, rulesOfSite, touchesHidden } from '../checks/rules.ts';
import { ruleFindingText, whatToDo } from '../checks/text.ts';
import type { ErrorKind } from '../errors/errors.ts';
import type { MarcRecord } from '../marc/record.ts';
import type { Site } from '../site/site.ts';
import { recordErrors } from './errors.ts';
import type { HiddenFields } from './load/hidden.ts';

/** What rules of the site say of a record that is about to be written. */
export interface Checked {
  /** Sentences without their stops, for reports. */
  readonly warnings: readonly string[];
  /** Why it waits for a person; empty: it does not. */
  readonly holds: readonly string[];
  /** Without `record`. */
  readonly refusal:
    | { readonly error: ErrorKind; readonly values: Readonly<Record<string, string | number>> }
    | undefined;
}

/** For each of some records. */
export type CheckIncoming = (records: readonly MarcRecord[]) => readonly Checked[];

export const nothingFound: Checked = { warnings: [], holds: [], refusal: undefined };

/** The rules that look at what comes in; undefined: there are none. `hides`: see `rulesOfSite`. */
export function incomingChecks(site: Site, hides: boolean): CheckIncoming | undefined {
  const run = rulesOfSite(site, { on: 'upload', hides });
  if (run === undefined) return undefined;
  // Those who decide on what waits need not see what is hidden.
  const isHidden = touchesHidden(site);
  const ofHeld = (finding: RuleFinding): string =>
    isHidden(finding.path) ? `rule ${finding.rule.name}` : ruleFindingText(finding);
  return (records) => run(records).map(checkedOf);

  function checkedOf(found: readonly RuleFinding[]): Checked {
    if (found.length === 0) return nothingFound;
    const of = (then: RuleFinding['rule']['then']) => found.filter(({ rule }) => rule.then === then);
    const [first] = of('refuse');
    return {
      warnings: of('warn').map(ruleFindingText),
      holds: of('hold').map(ofHeld),
      refusal: first && {
        error: recordErrors.check,
        values: { rule: ruleFindingText(first), what: whatToDo(first) },
      },
    };
  }
}

/**
 * For what a person has looked at and wants: it does not wait for another one, and they are told of
 * it.
 */
export function checksOfDecided(checks: CheckIncoming | undefined): CheckIncoming | undefined {
  return (
    checks &&
    ((records) =>
      checks(records).map(({ warnings, holds, refusal }) => ({
        ...{ warnings: [...warnings, ...holds], holds: [], refusal },
      })))
  );
}

/** Why each of some records would not be written: for previews. */
export function obstaclesOf(
  checks: CheckIncoming | undefined,
): ((records: readonly MarcRecord[]) => readonly Record<'refused' | 'held', readonly string[]>[]) | undefined {
  return (
    checks &&
    ((records) =>
      checks(records).map(({ refusal, holds }) => ({
        ...{ refused: refusal === undefined ? [] : [String(refusal.values['rule'])], held: holds },
      })))
  );
}

/**
 * Is what rules find in hidden fields kept from whoever sends records? Who is not shown these
 * fields is told nothing of them, nor is it for who keeps those that are there.
 */
export function toldNothingHidden(hidden: HiddenFields): boolean {
  return hidden === 'keep' || hidden === 'unseen';
}

const compiled = new WeakMap<Site, Map<boolean, CheckIncoming | undefined>>();

/** The same, kept for each site: for who writes a few records at a time. */
export function incomingChecksOf(site: Site, hides: boolean): CheckIncoming | undefined {
  const known = compiled.get(site) ?? new Map<boolean, CheckIncoming | undefined>();
  compiled.set(site, known);
  if (!known.has(hides)) known.set(hides, incomingChecks(site, hides));
  return known.get(hides);
}
