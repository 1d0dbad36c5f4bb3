import sql from 'sql-template-tag';
import { jobKinds } from '../../library/job-kinds.ts';
import { lineOf } from '../../marc/writers/text.ts';
import { readRecord } from '../../records/history.ts';
import type { Reader } from '../test-reader.ts';
import { type Name, readerOf, type TestUploads } from '../uploads/test-uploads.ts';

export interface Tools {
  readonly readerAs: (name: Name) => Reader;
  /** The data fields of a record, as text. */
  readonly lines: (id: number) => Promise<readonly string[]>;
  /** Does the job that waits, as a process for jobs does; its log. */
  readonly work: () => Promise<readonly string[]>;
}

/** `world` is asked for when it is there. */
export function toolsOf(world: () => TestUploads): Tools {
  return {
    readerAs: (name) => readerOf(world(), name),
    lines: async (id) =>
      (await readRecord(world().store.database, id)).record.fields.filter(({ tag }) => tag > '009').map(lineOf),
    work: async () => {
      const { store, settings, library } = world();
      const { database, url } = store;
      const [row] = await database.query<{
        readonly id: number;
        readonly kind: string;
        readonly name: string;
        readonly person: string | null;
        readonly given: Record<string, unknown>;
      }>(
        sql`UPDATE job SET state = 'done' WHERE state = 'waiting' RETURNING id, kind, name, person, arguments AS given`,
      );
      const { id, name, given } = row!;
      const kind = jobKinds(database, url, settings).find((one) => one.name === row!.kind)!;
      const log: string[] = [];
      await kind.run({
        ...{ id, name, person: row!.person ?? undefined, arguments: given, checkpoint: undefined },
        ...{ signal: new AbortController().signal, log: (_level, text) => void log.push(text), tell: () => undefined },
        ...{ keep: async () => undefined, attach: async () => undefined },
        file: () => Promise.reject(new Error('no file')),
      });
      await library.refresh();
      return log;
    },
  };
}
