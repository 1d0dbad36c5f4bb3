import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDatabase } from '../../../test/support/database.ts';
import { createFollower } from '../../index/follower.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';

/** The library as the index has it now. */
export async function openTestSnapshot({ database, url }: TestDatabase): Promise<IndexSnapshot> {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-harvest-'));
  const follower = createFollower({ database, url, folder, repair: async () => undefined } as Parameters<
    typeof createFollower
  >[0]);
  await follower.refresh();
  const snapshot = follower.snapshot();
  await follower.close();
  rmSync(folder, { recursive: true });
  return snapshot;
}
