import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import type { NodeStatus } from '../node-status.ts';
import { testView } from '../status/test-status.ts';
import type { CheckAnswer } from './check.ts';
import type { CheckContext } from './definition.ts';
import { judge } from './judge.ts';
import { runCheck } from './run-check.ts';
import { checks } from './table.ts';

/** For tests of checks: a folder and a database of the file's own. */
export const folder = mkdtempSync(join(tmpdir(), 'reperio-checks-'));
export let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

export function settingsOf(given: Readonly<Record<string, string>> = {}): Settings {
  return loadSettings({ REPERIO_DATA: folder, ...given });
}

export type World = Partial<Omit<CheckContext, 'signal'>>;

/** Runs one check in this world, or in one where all that is not named is as in a bad night. */
export async function look(name: string, world: World = {}, within?: number): Promise<CheckAnswer> {
  const check = checks.find((each) => each.name === name)!;
  const context = {
    settings: settingsOf(),
    status: () => ({ ...testView().status, now: Date.now() }),
    database: () => store.database,
    memory: new Map<string, unknown>(),
    now: Date.now,
    ...world,
  };
  return judge(await runCheck(check, context, within));
}

export function statusOf(change: Partial<NodeStatus>): World {
  return { status: () => ({ ...testView().status, ...change }) };
}

/** A document with a file, without its bytes. */
export async function addFileRow(): Promise<void> {
  await store.database.transaction(async (transaction) => {
    await transaction.query(sql`SET LOCAL session_replication_role = replica`);
    await transaction.query(
      sql`INSERT INTO file (document_id, version, format, digest, bytes) VALUES (1, 1, 'pdf', decode(repeat('ab', 32), 'hex'), 3) ON CONFLICT DO NOTHING`,
    );
  });
}

export async function listening(server: Server): Promise<AddressInfo> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address() as AddressInfo;
}
