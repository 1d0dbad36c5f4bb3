import sql from 'sql-template-tag';
import type { MarcPath } from '../marc/path.ts';
import { compilePath } from '../marc/path.ts';
import { controlField, controlValue, type MarcRecord } from '../marc/record.ts';
import { withoutPaths } from '../marc/select-fields.ts';
import type { Database } from '../store/database.ts';
import type { ChangeSet } from './change-sets.ts';
import { actionsAsPreviewed } from './lookups.ts';
import { versionsAt } from './past-versions.ts';
import { leavingOut } from './preview.ts';
import { requireTask } from './task-file.ts';

/**
 * What a change set, or its undoing, wants a record to be; its 001 and 005 name the version it was
 * made from.
 */
export interface PlannedRecord {
  readonly id: number;
  /** The version that it was made from. */
  readonly base: number;
  readonly record: MarcRecord;
}

/** Versions that are read at a time: their texts are in memory. */
const atOnce = 500;

interface PlannedRow {
  readonly id: number;
  readonly from: number;
  readonly to: number | null;
}

type Versions = Awaited<ReturnType<typeof versionsAt>>;

const none: Versions = new Map();

interface PlannedPage {
  readonly rows: readonly PlannedRow[];
  /** The versions that they are made from, and when they are undone those before. */
  readonly bases: Versions;
  readonly before: Versions;
}

/**
 * All that a change set is to write, in ascending number; of a record that an action does not
 * change any more nothing. `hidden`: what its person may not see. `skip`: of what has an outcome.
 */
export async function* plannedRecords(
  database: Database,
  set: ChangeSet,
  { undo, hidden, skip }: { readonly undo: boolean; readonly hidden: readonly MarcPath[]; readonly skip: boolean },
): AsyncGenerator<readonly PlannedRecord[], void, void> {
  const run = actionsAsPreviewed(requireTask(set.task).actions, set.knowledge);
  const leftOut = leavingOut(new Set(set.leftOut));
  const read = async (after: number): Promise<PlannedPage> => {
    const rows = await rowsAfter(database, set.id, after, { undo, skip });
    const at = (revision: (row: PlannedRow) => number): Promise<Versions> =>
      versionsAt(
        database,
        rows.map((row) => ({ id: row.id, revision: revision(row) })),
      );
    const [bases, before] = await Promise.all(
      undo ? [at(({ to }) => to!), at(({ to }) => to! - 1)] : [at(({ from }) => from), none],
    );
    return { rows, bases, before };
  };
  for (let next = read(0); ; ) {
    const page = await next;
    const last = page.rows.at(-1);
    if (last === undefined) return;
    // The server reads the next ones while these are worked on. A failure is told when it is asked
    // for.
    next = read(last.id);
    next.catch(() => undefined);
    yield undo ? undone(page) : await changed(page);
  }

  async function changed({ rows, bases }: PlannedPage): Promise<readonly PlannedRecord[]> {
    const planned = rows.flatMap(({ id, from }) => {
      const version = bases.get(id);
      if (version === undefined) return [];
      const shown = hidden.length === 0 ? version.record : withoutPaths(version.record, hidden);
      const { record, changes } = run(shown, leftOut);
      return [{ id, base: from, record, isChanged: changes.length > 0 }];
    });
    // All that would change in them is left out.
    const same = planned.filter(({ isChanged }) => !isChanged).map(({ id }) => id);
    if (same.length > 0)
      await database.query(sql`
        UPDATE change_set_record SET outcome = 'unchanged'
        WHERE change_set_id = ${set.id} AND record_id = ANY (${same}::integer[]) AND outcome IS NULL`);
    return planned.filter(({ isChanged }) => isChanged);
  }
}

function rowsAfter(
  database: Database,
  id: number,
  after: number,
  { undo, skip }: { readonly undo: boolean; readonly skip: boolean },
): Promise<readonly PlannedRow[]> {
  const which = undo
    ? sql`to_revision IS NOT NULL AND (undo_outcome IS NULL OR NOT ${skip})`
    : sql`NOT left_out AND (outcome IS NULL OR NOT ${skip})`;
  return database.query<PlannedRow>(sql`
    SELECT record_id AS id, from_revision AS "from", to_revision AS "to" FROM change_set_record
    WHERE change_set_id = ${id} AND record_id > ${after} AND ${which} ORDER BY record_id LIMIT ${atOnce}`);
}

/** Each as it was just before the change set wrote it, which need not be what was previewed. */
function undone({ rows, bases, before }: PlannedPage): readonly PlannedRecord[] {
  return rows.flatMap(({ id, to }) => {
    const [base, old] = [bases.get(id), before.get(id)];
    if (base === undefined || old === undefined) return [];
    return [{ id, base: to!, record: stampedAs(old.record, controlValue(base.record, '005') ?? '') }];
  });
}

/** With the 005 of another version: so that it counts as made from that one. */
function stampedAs({ leader, fields }: MarcRecord, stamp: string): MarcRecord {
  return {
    leader,
    fields: fields.map((field) =>
      field.tag === '005' && field.value !== undefined ? controlField('005', stamp) : field,
    ),
  };
}

/** Does it only correct what rules have found? Then another rule does not keep it from a record. */
export function onlyCorrects(task: string): boolean {
  return requireTask(task).actions.every((action) => action.do.kind === 'fix');
}

/** May its records be known by another 003 afterwards? Then a load could take them for others. */
export function touchesSource(task: string): boolean {
  return requireTask(task).actions.some(({ on }) => compilePath(on).matchesTag('003'));
}
