import type { MarcRecord } from '../marc/record.ts';

/**
 * The same function, which remembers what it said of the record that it was asked of last: brief,
 * columns, sort keys and terms of a record ask the same, one after the other.
 */
export function oncePerRecord<T>(read: (record: MarcRecord) => T): (record: MarcRecord) => T {
  let last: { readonly record: MarcRecord; readonly said: T } | undefined;
  return (record) => {
    if (last?.record !== record) last = { record, said: read(record) };
    return last.said;
  };
}
