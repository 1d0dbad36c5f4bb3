import type { RecordVersion } from '../index/entry.ts';
import { versionsOf } from '../index/stored-records.ts';
import { type Change, changeKey } from '../marc/actions/action.ts';
import type { Applied, CompiledActions } from '../marc/actions/apply.ts';
import type { MarcPath } from '../marc/path.ts';
import type { MarcRecord } from '../marc/record.ts';
import { withoutPaths } from '../marc/select-fields.ts';
import type { Database } from '../store/database.ts';
import type { ChangeCounts, CountedChange, PreviewedRecord, RuleCounts } from './change-sets.ts';
import type { LookedUp, LookingActions } from './lookups.ts';

/** So many different changes are kept, the most frequent ones, and so many told apart. */
const mostKept = 500;
const mostToldApart = 100_000;
/** Records between two pauses: some milliseconds. */
const atOnce = 100;

export interface PreviewOptions {
  /** What the person may not see of a record, and so not change. */
  readonly hidden: readonly MarcPath[];
  /** What rules would say of the new versions; without it nobody asks them. */
  readonly rules?: RulesOfPreview | undefined;
  /** Lets others have their turn; rejects to stop. */
  readonly pause?: () => Promise<void>;
}

/** For each of some records why it would be refused, or why it would wait. */
export type RulesOfPreview = (
  records: readonly MarcRecord[],
) => readonly { readonly refused: readonly string[]; readonly held: readonly string[] }[];

export interface Preview {
  readonly counts: ChangeCounts;
  /** Ascending. */
  readonly records: readonly PreviewedRecord[];
  readonly knowledge: LookedUp | undefined;
}

/** What the actions would make of these records as they are now. Nothing is written. */
export async function previewActions(
  database: Database,
  ids: readonly number[],
  actions: LookingActions,
  { hidden, rules, pause }: PreviewOptions,
): Promise<Preview> {
  const tally = new Tally(actions.count);
  const records: PreviewedRecord[] = [];
  const ruled = new RuleTally(rules);
  let selected = 0;
  for await (const versions of versionsOf(database, ids)) {
    for (const [place, version] of versions.entries()) {
      if (place % atOnce === 0) {
        ruled.look();
        await pause?.();
      }
      if (version.deleted) continue;
      selected++;
      const { changes, record } = run(actions.run, version.record, hidden);
      if (changes.length === 0) continue;
      records.push({ id: version.id, revision: version.revision });
      tally.add(changes);
      ruled.add(version.id, record);
    }
    ruled.look();
  }
  const counts = { ...tally.counts(selected, records.length), ...(rules !== undefined && { rules: ruled.counts }) };
  return { counts, records, knowledge: actions.lookedUp() };
}

/** Without what is hidden from whoever asks. */
function run(actions: CompiledActions, record: MarcRecord, hidden: readonly MarcPath[]): Applied {
  return actions(hidden.length === 0 ? record : withoutPaths(record, hidden));
}

/** Of each outcome so many are kept with their reasons. */
const mostRuled = 20;

/** What rules say of the new versions, of some at a time. */
class RuleTally {
  readonly #rules: RulesOfPreview | undefined;
  readonly #first: RuleCounts['first'][number][] = [];
  readonly #counts = { refused: 0, held: 0 };
  #waiting: { readonly id: number; readonly record: MarcRecord }[] = [];

  constructor(rules: RulesOfPreview | undefined) {
    this.#rules = rules;
  }

  get counts(): RuleCounts {
    return { ...this.#counts, first: this.#first };
  }

  add(id: number, record: MarcRecord): void {
    if (this.#rules !== undefined) this.#waiting.push({ id, record });
  }

  look(): void {
    if (this.#rules === undefined || this.#waiting.length === 0) return;
    const found = this.#rules(this.#waiting.map(({ record }) => record));
    this.#waiting.forEach(({ id }, place) => {
      const { refused, held } = found[place]!;
      const outcome = refused.length > 0 ? 'refused' : held.length > 0 ? 'held' : undefined;
      if (outcome === undefined) return;
      this.#counts[outcome]++;
      const reasons = outcome === 'refused' ? refused : held;
      if (this.#counts[outcome] <= mostRuled) this.#first.push({ id, outcome, reasons });
    });
    this.#waiting = [];
  }
}

class Tally {
  readonly #actions: { times: number; records: number }[];
  readonly #changes = new Map<string, { change: Change; times: number; records: number }>();
  #isCut = false;

  constructor(actions: number) {
    this.#actions = Array.from({ length: actions }, () => ({ times: 0, records: 0 }));
  }

  /** All changes of one record. */
  add(changes: readonly Change[]): void {
    const seen = new Set<string>();
    const done = new Set<number>();
    for (const change of changes) {
      const action = this.#actions[change.action]!;
      action.times++;
      if (!done.has(change.action)) action.records++;
      done.add(change.action);
      const key = changeKey(change);
      const known = this.#changes.get(key);
      if (known !== undefined) {
        known.times++;
        if (!seen.has(key)) known.records++;
      } else if (this.#changes.size < mostToldApart) this.#changes.set(key, { change, times: 1, records: 1 });
      else this.#isCut = true;
      seen.add(key);
    }
  }

  counts(selected: number, changed: number): ChangeCounts {
    const all = [...this.#changes.values()].sort((a, b) => b.times - a.times);
    const changes: readonly CountedChange[] = all
      .slice(0, mostKept)
      .map(({ change, times, records }) => ({ ...change, times, records }));
    return { selected, changed, actions: this.#actions, changes, distinct: all.length, isCut: this.#isCut };
  }
}

/** A record of a change set before and after, as far as the person may see it. */
export interface ShownChange {
  readonly id: number;
  readonly before: MarcRecord;
  readonly after: MarcRecord;
}

/** What a change set makes of one of its records, at the version that was previewed. */
export function shownChange(
  { id, record }: Pick<RecordVersion, 'id' | 'record'>,
  actions: CompiledActions,
  leftOut: ReadonlySet<string>,
  hidden: readonly MarcPath[],
): ShownChange {
  const before = hidden.length === 0 ? record : withoutPaths(record, hidden);
  return { id, before, after: actions(before, leavingOut(leftOut)).record };
}

export function leavingOut(keys: ReadonlySet<string>): ((change: Change) => boolean) | undefined {
  return keys.size === 0 ? undefined : (change) => keys.has(changeKey(change));
}
