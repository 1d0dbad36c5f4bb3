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

/** Keys of the bases of a site file: other places of knowledge can stand here. */
export function basesOf({ knowledge }: Pick<Site, 'knowledge'>): CheckWorld['base'] {
  const known = new Map<string, ReadonlySet<string>>();
  return (name) => {
    if (!known.has(name) && Object.hasOwn(knowledge, name)) known.set(name, new Set(Object.keys(knowledge[name]!)));
    return known.get(name);
  };
}

/** Rules, compiled once, of any record: without those that are about others. */
export type RunRules = (record: MarcRecord) => readonly RuleFinding[];

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
  return (record) => {
    const found = run(record)
      .filter(({ path, to, fault }) => !isHidden(path) && !(fault === 'missing' && to.split(', ').some(isHidden)))
      .map(({ check, ...finding }) => ({ ...finding, rule: rules[check]! }));
    return found.some(({ rule }) => rule.where !== undefined) ? about(site, record, found) : found;
  };
}

/** Questions are asked when something was found, which is rare: the record has to be analysed for it. */
function about(site: Site, record: MarcRecord, found: readonly RuleFinding[]): readonly RuleFinding[] {
  const rules = [...new Set(found.map(({ rule }) => rule))].filter(({ where }) => where !== undefined);
  const groups = rules.map((rule) => questionsOf(site, rule));
  const answers = askRecords(site, [{ record, deleted: false }], groups.flat(2));
  let at = 0;
  const isAbout = new Map<CheckRule, boolean>();
  for (const [place, rule] of rules.entries())
    isAbout.set(
      rule,
      groups[place]!.every((some) => some.map(() => answers[at++]!.has(0)).includes(true)),
    );
  return found.filter(({ rule }) => isAbout.get(rule) !== false);
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
