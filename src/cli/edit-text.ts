import type { ChangeCounts, ChangeSet } from '../cataloguing/change-sets.ts';
import { cataloguingErrors } from '../cataloguing/errors.ts';
import { UserError } from '../errors/errors.ts';
import { grouped } from '../errors/grouped.ts';
import type { Action } from '../marc/actions/action.ts';
import { timeText } from './job-text.ts';
import type { Column } from './terminal.ts';

/** Different changes that are shown; the page has more. */
const mostShown = 30;

/** The number of a change set as somebody types it. Throws UserError. */
export function changeSetNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UserError(cataloguingErrors.noChangeSet, { id: text });
}

export function* previewLines(id: number, actions: readonly Action[], counts: ChangeCounts): Generator<string> {
  const { selected, changed, changes, distinct, isCut } = counts;
  yield `Change set ${id}: ${grouped(changed)} of ${grouped(selected)} selected records change.`;
  for (const [place, { times, records }] of counts.actions.entries()) {
    const { on, do: deed } = actions[place]!;
    const what = deed.kind === 'fix' ? `fix what the check ${deed.check.kind} finds` : `${deed.kind} on ${on}`;
    yield `  ${place + 1}. ${what}: ${counted(times, 'time')} in ${counted(records, 'record')}`;
  }
  for (const { before, after, tag, times } of changes.slice(0, mostShown))
    yield `${grouped(times).padStart(9)}  ${tag}  ${before === '' ? '(nothing)' : before}  ->  ${after === '' ? '(nothing)' : after}`;
  const left = distinct - Math.min(mostShown, changes.length);
  if (left > 0 || isCut) yield `           and ${isCut ? 'more than ' : ''}${grouped(left)} other changes`;
  yield* ruleLines(counts);
}

/** Said before anything is applied. */
function* ruleLines({ rules }: ChangeCounts): Generator<string> {
  if (rules === undefined) return;
  for (const outcome of ['refused', 'held'] as const) {
    const count = rules[outcome];
    if (count === 0) continue;
    const what =
      outcome === 'refused' ? 'refused by rules of the library' : 'held for a person by rules of the library';
    yield `${counted(count, 'record')} would be ${what}:`;
    const first = rules.first.filter((one) => one.outcome === outcome);
    for (const { id, reasons } of first) yield `${String(id).padStart(9)}  ${reasons.join('; ')}`;
    if (count > first.length) yield `           and ${grouped(count - first.length)} more`;
  }
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}

export const changeSetColumns: readonly Column[] = [
  { head: 'SET', right: true },
  { head: 'MADE (UTC)' },
  { head: 'BY', ifAny: true },
  { head: 'NAME', givesWay: true },
  { head: 'RECORDS', right: true },
  { head: 'STATE' },
];

export function changeSetCells(set: ChangeSet): readonly string[] {
  const { id, at, person, name, selection, counts, state } = set;
  const what = name === '' ? selection : name;
  return [String(id), timeText(at), person ?? '', what, grouped(counts.changed), `${state}${outcomesText(set)}`];
}

export function outcomesText({ outcomes }: Pick<ChangeSet, 'outcomes'>): string {
  const parts = Object.entries(outcomes).map(
    ([name, count]) => `${grouped(count)} ${name === 'replaced' ? 'changed' : name}`,
  );
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}
