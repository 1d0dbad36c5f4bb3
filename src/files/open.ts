import { join } from 'node:path';
import sql from 'sql-template-tag';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import type { Queryable } from '../store/database.ts';
import type { ContentStore } from './content.ts';
import { fileErrors } from './errors.ts';
import { localStore } from './local-store.ts';
import { s3Store } from './s3-store.ts';

/** The store of files that the settings name. Throws `settingWrong`. */
export function openContentStore(
  database: Queryable,
  settings: Pick<Settings, 'dataFolder' | 'files' | 's3Endpoint' | 's3Region' | 's3Key' | 's3Secret'>,
  libraryId: () => Promise<string> = () => libraryOf(database),
): ContentStore {
  const { files, dataFolder } = settings;
  const isNew = async (): Promise<boolean> => (await database.query(sql`SELECT FROM file LIMIT 1`)).length === 0;
  if (files === undefined) return localStore(join(dataFolder, 'files'), isNew, undefined, libraryId);
  if (!files.startsWith('s3://')) return localStore(files, isNew, undefined, libraryId);
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(files) ?? [];
  const wrong = (problem: string) => new UserError(fileErrors.settingWrong, { value: files, problem });
  if (bucket === '') throw wrong('names no bucket');
  const { s3Endpoint, s3Key, s3Secret, s3Region } = settings;
  if (s3Endpoint === undefined) throw wrong('s3-endpoint is not set');
  if (s3Key === undefined || s3Secret === undefined) throw wrong('s3-key or s3-secret is not set');
  return s3Store({
    ...{ bucket, prefix, endpoint: s3Endpoint.replace(/\/+$/, ''), region: s3Region, key: s3Key, secret: s3Secret },
    incoming: join(dataFolder, 'incoming'),
  });
}

async function libraryOf(database: Queryable): Promise<string> {
  const [row] = await database.query<{ id: string }>(sql`SELECT id FROM library`);
  return row!.id;
}
