import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Database } from '../../src/store/database.ts';
import { layoutOf } from '../../src/store/embedded/layout.ts';
import { joinServer } from '../../src/store/embedded/share.ts';
import { migrate } from '../../src/store/migrate.ts';
import { waitFor } from './wait.ts';

/** A database on a server of the test's own, which is really stopped and started again. */
export interface StoppableDatabase {
  readonly database: Database;
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function stoppableDatabase(): Promise<StoppableDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-stoppable-'));
  const layout = layoutOf(folder);
  let server = await joinServer(layout);
  const { url } = server;
  const times = { connectTimeout: 2_000, statementTimeout: 10_000, lockTimeout: 5_000 };
  const database = connect(url, { ...times, poolSize: 4 });
  await migrate(database);
  const stop = async (): Promise<void> => {
    const pid = Number(readFileSync(join(layout.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGINT');
    await waitFor('the end of the server', () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  };
  return {
    database,
    url,
    stop,
    start: async () => {
      await server.release();
      server = await joinServer(layout);
    },
    close: async () => {
      await database.close();
      await server.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
