import { join } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { backupErrors } from './errors.ts';
import { folderPlace } from './folder-place.ts';
import type { Place } from './place.ts';
import { s3Place } from './s3-place.ts';

export type PlaceSettings = Pick<Settings, 'dataFolder' | 'backup' | 's3Endpoint' | 's3Region' | 's3Key' | 's3Secret'>;

/** The place of backups that the settings name. Throws `placeWrong`. */
export function openPlace(settings: PlaceSettings): Place {
  const { backup, dataFolder, s3Endpoint, s3Key, s3Secret, s3Region } = settings;
  if (backup === undefined) return folderPlace(join(dataFolder, 'backups'));
  const wrong = (problem: string) => new UserError(backupErrors.placeWrong, { value: backup, problem });
  if (!backup.startsWith('s3://')) {
    if (!backup.startsWith('/')) throw wrong('a folder begins with a slash');
    return folderPlace(backup);
  }
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(backup) ?? [];
  if (bucket === '') throw wrong('names no bucket');
  if (s3Endpoint === undefined) throw wrong('s3-endpoint is not set');
  if (s3Key === undefined || s3Secret === undefined) throw wrong('s3-key or s3-secret is not set');
  return s3Place({
    ...{ bucket, prefix, endpoint: s3Endpoint.replace(/\/+$/, ''), region: s3Region, key: s3Key, secret: s3Secret },
    name: backup,
    incoming: join(dataFolder, 'incoming'),
  });
}
