import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBinaries } from '../../src/store/embedded/binaries.ts';
import { databaseUser } from '../../src/store/embedded/layout.ts';
import { findProgram } from './packages.ts';
import { waitFor } from './wait.ts';

/** A server that follows an embedded one, as streaming replication does. */
export interface Replica {
  /** What psql prints. */
  query(statement: string): Promise<string>;
  stop(): Promise<void>;
}

/** Of the server with this address, on a socket. Needs psql and pg_basebackup. */
export async function startReplica(url: string): Promise<Replica> {
  const run = promisify(execFile);
  const folder = mkdtempSync(join(tmpdir(), 'reperio-replica-'));
  const [data, socket] = [join(folder, 'data'), join(folder, 'socket')];
  const host = decodeURIComponent(/[?&]host=([^&]*)/.exec(url)![1]!);
  const { uid, gid } = statSync(host);
  mkdirSync(socket);
  await run(findProgram('pg_basebackup')!, ['-d', url, '-D', data, '-R', '-X', 'stream', '-c', 'fast']);
  chmodSync(folder, 0o755);
  await run('chown', ['-R', `${uid}:${gid}`, data, socket]);
  const server = spawn(findBinaries().postgres, ['-D', data, '-c', `unix_socket_directories=${socket}`], {
    stdio: 'ignore',
    ...(process.getuid?.() === 0 && { uid, gid }),
  });
  const ended = once(server, 'exit');
  const query = async (statement: string): Promise<string> =>
    (await run(findProgram('psql')!, ['-h', socket, '-U', databaseUser, '-d', 'postgres', '-qAt', '-c', statement]))
      .stdout;
  await waitFor('the replica', () => query('SELECT 1').catch(() => undefined));
  return {
    query,
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
