import type { Settings } from '../config/settings.ts';
import type { BackupContext } from '../maintain/backup/hold-place.ts';
import { openPlace } from '../maintain/backup/open-place.ts';
import { openStore } from '../store/open.ts';
import { requireLibrary } from './require-library.ts';

/** Opens the database and the place of backups for the length of some work. */
export async function withBackups<T>(
  settings: Settings,
  signal: AbortSignal,
  work: (context: BackupContext) => Promise<T>,
): Promise<T> {
  const place = openPlace(settings);
  const store = await openStore(requireLibrary(settings), { signal });
  try {
    return await work({ database: store.database, url: store.url, place, signal });
  } finally {
    await store.release();
  }
}

/** "12.3 MB". */
export function megabytes(bytes: number): string {
  const number = bytes / 1e6;
  return `${number < 100 ? number.toFixed(1) : Math.round(number).toLocaleString('en')} MB`;
}

/** "3 h", "12 days": how long ago. */
export function ageText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
