import { withCurrentBases } from '../../checks/current-bases.ts';
import { type RuleFinding, type RunRules, rulesOfSite } from '../../checks/rules.ts';
import type { EditedText } from '../../marc/readers/text-edited.ts';
import { may } from '../../people/person.ts';
import type { Site } from '../../site/site.ts';
import type { Queryable } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { findingSays } from '../ui/finding.ts';
import type { PageContext } from '../ui/page-context.ts';
import type { Finding } from './finding.ts';
import { tagFindings } from './tag-findings.ts';
import { problemSays } from './text.ts';

/**
 * All that is found in a text, in the order of its lines: what is wrong with a line, what the table
 * of tags and rules of the site say of the record, but for what this person is not shown.
 */
export async function findingsOf(
  exchange: Exchange,
  database: Queryable,
  text: string,
  edited: EditedText,
): Promise<readonly Finding[]> {
  const { page, person, snapshot } = exchange;
  const { problems, record, lines } = edited;
  const { site } = snapshot;
  const ofLines = problems.map((one) => ({
    ...{ line: one.line, column: one.column, refuses: one.refuses },
    says: problemSays(page, one),
  }));
  const run = editorRules(await withCurrentBases(database, site), !may(site, person, 'viewhiddenpaths'));
  const ofRules = run === undefined ? [] : run([record])[0]!.map((one) => ruleFinding(page, one, lines));
  const all = [...ofLines, ...tagFindings(page, text, edited), ...ofRules];
  return all.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** At the field; what is missing is told of the first line. */
function ruleFinding(context: PageContext, finding: RuleFinding, lines: readonly number[]): Finding {
  const { rule, field } = finding;
  const says = rule.says === undefined ? '' : ` ${context.tr.nameOf(rule.says.names, rule.says.text)}`;
  return {
    ...{ line: lines[field] ?? 1, column: 1, refuses: rule.then === 'refuse' },
    says: `${findingSays(context, finding)} (${rule.name})${says}`,
  };
}

const compiled = new WeakMap<Site, Map<boolean, RunRules | undefined>>();

function editorRules(site: Site, hides: boolean): RunRules | undefined {
  const known = compiled.get(site) ?? new Map<boolean, RunRules | undefined>();
  compiled.set(site, known);
  if (!known.has(hides)) known.set(hides, rulesOfSite(site, { on: 'editor', hides }));
  return known.get(hides);
}
