import { may } from '../../access/person.ts';
import type { ContentStore } from '../../files/content.ts';
import { type DocumentFile, filesOf } from '../../files/documents.ts';
import type { Database } from '../../store/database.ts';
import type { Exchange } from '../exchange.ts';

export type Delivery = 'stream' | 'x-sendfile' | 'x-accel' | 'redirect';

/** What the web application has of files. */
export interface WebFiles {
  readonly database: Database;
  readonly store: ContentStore;
  readonly delivery: Delivery;
  /** The internal location of nginx, with a slash at its end. */
  readonly accelPrefix: string;
  /** Bytes of the largest file that is taken. */
  readonly limit: number;
}

/** Files of a record that this person may see; the record itself has been looked at before. One statement. */
export async function visibleFiles(
  { person, snapshot, timing }: Exchange,
  database: Database,
  record: number,
): Promise<readonly DocumentFile[]> {
  const files = await timing.sql(() => filesOf(database, record));
  return files.filter(({ status }) => status === '' || may(snapshot.site, person, 'viewrestrdoc', { status }));
}

export function fileAddress(record: number, name: string): string {
  return `/record/${record}/files/${encodeURIComponent(name)}`;
}
