import { UserError } from '../errors/errors.ts';
import { entriesOf, readBase, tableOf } from '../knowledge/bases.ts';
import { knowledgeErrors } from '../knowledge/errors.ts';
import type { Action } from '../marc/actions/action.ts';
import { type CompiledActions, compileActions } from '../marc/actions/apply.ts';
import type { Site } from '../site/site.ts';
import type { Queryable } from '../store/database.ts';

/** What a task looked up: base -> key as it stood in a record -> value. */
export type LookedUp = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Actions that look up knowledge bases as they are now, and note what they found. */
export interface LookingActions {
  readonly run: CompiledActions;
  readonly count: number;
  /** All that was found until now; undefined: they look nothing up. */
  readonly lookedUp: () => LookedUp | undefined;
}

/** Throws a UserError for a base that is not there, or that has no keys. */
export async function lookingActions(
  database: Queryable,
  site: Site,
  actions: readonly Action[],
): Promise<LookingActions> {
  const names = new Set(actions.flatMap(({ do: deed }) => (deed.kind === 'map-by-knowledge' ? [deed.base] : [])));
  const tables = new Map<string, Table>();
  for (const name of names) tables.set(name, await tableFor(database, site, name));
  const found = new Map<string, Map<string, string>>([...names].map((name) => [name, new Map()]));
  const run = compileActions(actions, (base, key, ignoreCase) => {
    const table = tables.get(base)!;
    const value = table.exact.get(key) ?? (ignoreCase ? table.small().get(key.toLowerCase()) : undefined);
    if (value !== undefined) found.get(base)!.set(key, value);
    return value;
  });
  const lookedUp = (): LookedUp =>
    Object.fromEntries([...found].map(([base, entries]) => [base, Object.fromEntries(entries)]));
  return { run, count: actions.length, lookedUp: () => (names.size === 0 ? undefined : lookedUp()) };
}

/** The same actions as they were previewed, whatever has become of the bases. */
export function actionsAsPreviewed(actions: readonly Action[], lookedUp: LookedUp | undefined): CompiledActions {
  return compileActions(actions, (base, key) => {
    const entries = lookedUp?.[base];
    return entries !== undefined && Object.hasOwn(entries, key) ? entries[key] : undefined;
  });
}

interface Table {
  readonly exact: ReadonlyMap<string, string>;
  /** By keys in small letters. */
  readonly small: () => ReadonlyMap<string, string>;
}

async function tableFor(database: Queryable, site: Site, name: string): Promise<Table> {
  const base = await readBase(database, site, name);
  if (base.kind === 'dynamic')
    throw new UserError(knowledgeErrors.notWritten, { name, kind: base.kind, what: 'there are no keys to replace by' });
  const exact = tableOf(await entriesOf(database, site, base));
  let small: ReadonlyMap<string, string> | undefined;
  return {
    exact,
    // Of two keys that differ in capitals only the first counts.
    small: () => (small ??= new Map([...exact].reverse().map(([key, value]) => [key.toLowerCase(), value]))),
  };
}
