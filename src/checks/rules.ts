import { compileCheck } from '../marc/checks/compile.ts';
import type { Finding } from '../marc/checks/rule.ts';
import { checkSet } from '../marc/checks/run.ts';
import type { CheckWorld } from '../marc/checks/values.ts';
import { compilePath } from '../marc/path.ts';
import type { MarcRecord } from '../marc/record.ts';
import { askRecords } from '../search/ask-records.ts';
import type { CheckRule, CheckTime, Site } from '../site/site.ts';
import { questionsOf } from './where.ts';

/** What a rule of the site file found in a record. */
export interface RuleFinding extends Finding {
  readonly rule: CheckRule;
}

/** Keys of the bases that rules look at: see `withCurrentBases`. */
export function basesOf({ knowledge, checkBases }: Pick<Site, 'knowledge' | 'checkBases'>): CheckWorld['base'] {
  const all = { ...knowledge, ...checkBases };
  const known = new Map<string, ReadonlySet<string>>();
  return (name) => {
    if (!known.has(name) && Object.hasOwn(all, name)) known.set(name, new Set(Object.keys(all[name]!)));
    return known.get(name);
  };
}

/**
 * Rules, compiled once: what they find in each of some records. Many at once cost less where rules
 * are about some records only.
 */
export type RunRules = (records: readonly MarcRecord[]) => readonly (readonly RuleFinding[])[];

export interface RulesAsked {
  /** Undefined: all rules, whatever they say. */
  readonly on?: CheckTime;
  /** Who asks is not shown hidden paths: what is about them is not told. */
  readonly hides?: boolean;
  readonly world?: Partial<CheckWorld>;
}

/** Undefined: there are no such rules. */
export function rulesOfSite(site: Site, { on, hides = false, world = {} }: RulesAsked): RunRules | undefined {
  const rules = site.checks.filter((rule) => on === undefined || rule.on.includes(on));
  if (rules.length === 0) return undefined;
  const known = { base: basesOf(site), ...world };
  const run = checkSet(rules.map(({ check }) => compileCheck(check, known)));
  const isHidden = hides ? touchesHidden(site) : () => false;
  const runOne = (record: MarcRecord): readonly RuleFinding[] =>
    run(record)
      .filter(({ path, to, fault }) => !isHidden(path) && !(fault === 'missing' && to.split(', ').some(isHidden)))
      .map(({ check, ...finding }) => ({ ...finding, rule: rules[check]! }));
  const isAsked = rules.some(({ where }) => where !== undefined);
  return (records) => {
    const found = records.map(runOne);
    return isAsked ? about(site, records, found) : found;
  };
}

/** Questions are asked of those in which something was found: they have to be analysed for it. */
function about(
  site: Site,
  records: readonly MarcRecord[],
  found: readonly (readonly RuleFinding[])[],
): readonly (readonly RuleFinding[])[] {
  const concerned = found.flatMap((some, place) => (some.some(({ rule }) => rule.where !== undefined) ? [place] : []));
  if (concerned.length === 0) return found;
  const rules = [...new Set(concerned.flatMap((place) => found[place]!.map(({ rule }) => rule)))];
  const asked = rules.map((rule) => questionsOf(site, rule));
  const questions = [...new Set(asked.flat(2))];
  const answers = askRecords(
    site,
    concerned.map((place) => ({ record: records[place]!, deleted: false })),
    questions,
  );
  const finds = (question: string, at: number): boolean => answers[questions.indexOf(question)]!.has(at);
  const placed = new Map(concerned.map((place, at) => [place, at]));
  return found.map((some, place) => {
    const at = placed.get(place);
    if (at === undefined) return some;
    return some.filter(({ rule }) =>
      asked[rules.indexOf(rule)]!.every((group) => group.some((question) => finds(question, at))),
    );
  });
}

/**
 * Could what stands at this path be hidden, or a part of its field? A field in its original script
 * may stand for any.
 */
export function touchesHidden({ hiddenPaths }: Pick<Site, 'hiddenPaths'>): (path: string) => boolean {
  const hidden = hiddenPaths.map(compilePath);
  if (hidden.length === 0) return () => false;
  return (path) => {
    const tag = path.slice(0, 3);
    if (tag === '880' || /[%*]/.test(tag)) return true;
    return tag === 'LDR' ? hiddenPaths.some((one) => /^LDR/i.test(one)) : hidden.some((one) => one.matchesTag(tag));
  };
}
