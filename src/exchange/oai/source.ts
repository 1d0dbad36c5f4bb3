import type { Queryable } from '../../store/database.ts';
import { type ChangeLists, type ListedChange, readChangeLists, readChanges } from './change-lists.ts';
import {
  listPage,
  listSize,
  type Page,
  type PageAsked,
  readClock,
  readEntry,
  readSets,
  recordOfKey,
  type SetRow,
} from './store.ts';

/** What the web asks of these tables. */
export interface OaiSource {
  readonly list: (asked: PageAsked) => Promise<Page>;
  readonly size: (asked: Pick<PageAsked, 'spec' | 'from' | 'until'>) => Promise<number | undefined>;
  readonly entry: (record: number) => ReturnType<typeof readEntry>;
  readonly clock: () => ReturnType<typeof readClock>;
  readonly sets: () => Promise<readonly SetRow[]>;
  readonly recordOf: (identifier: string) => Promise<number | undefined>;
  readonly changeLists: () => Promise<ChangeLists>;
  readonly changes: (asked: Parameters<typeof readChanges>[1]) => Promise<readonly ListedChange[]>;
}

export function oaiSource(database: Queryable): OaiSource {
  return {
    list: (asked) => listPage(database, asked),
    size: (asked) => listSize(database, asked),
    entry: (record) => readEntry(database, record),
    clock: () => readClock(database),
    sets: () => readSets(database),
    recordOf: (identifier) => recordOfKey(database, identifier),
    changeLists: () => readChangeLists(database),
    changes: (asked) => readChanges(database, asked),
  };
}
