import { settingsTable } from './table.ts';

interface ValueTypes {
  readonly text: string;
  readonly path: string;
  readonly number: number;
  readonly bytes: number;
  readonly duration: number;
  readonly boolean: boolean;
}

type Table = typeof settingsTable;
type Value<D extends { readonly type: keyof ValueTypes; readonly default: unknown }> = D['default'] extends undefined
  ? ValueTypes[D['type']] | undefined
  : ValueTypes[D['type']];

/** The checked settings: plain frozen data. Paths are absolute, bytes and milliseconds are numbers. */
export type Settings = { readonly [K in keyof Table]: Value<Table[K]> };
