import pg from 'pg';
import { UserError } from '../../errors/errors.ts';
import { clientConfig } from '../../store/database.ts';
import { explain } from '../../store/failures.ts';
import { serversOf } from '../../store/servers.ts';
import { backupErrors } from './errors.ts';

const connectTimeout = 10_000;

/** What pg has and its types do not: the messages of a connection. */
export interface Raw extends NodeJS.EventEmitter {
  readonly stream: { pause(): void; resume(): void; destroy(): void };
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

export interface Replication {
  readonly client: pg.Client;
  readonly raw: Raw;
}

/** A connection for commands of the replication protocol. Throws `baseRefused`. */
export async function connectReplication(url: string): Promise<Replication> {
  const client = new pg.Client({
    ...clientConfig(url, { connectTimeout, statementTimeout: 0, lockTimeout: 0 }),
    connectionString: serversOf(url).current,
    options: undefined,
    replication: 'true',
  } as pg.ClientConfig);
  client.on('error', () => undefined);
  await client.connect().catch((error: Error) => {
    throw refusal(error);
  });
  return { client, raw: (client as unknown as { readonly connection: Raw }).connection };
}

/** Not a superuser and no REPLICATION, or no line in pg_hba.conf. */
export function refusal(error: Error): unknown {
  const code = 'code' in error ? error.code : undefined;
  if (code === '42501' || code === '28000')
    return new UserError(backupErrors.baseRefused, { reason: error.message }, error);
  return explain(error, connectTimeout);
}
