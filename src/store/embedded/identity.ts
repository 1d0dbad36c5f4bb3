import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { UserError } from '../../errors/errors.ts';
import { storeErrors } from '../errors.ts';
import type { Binaries } from './binaries.ts';
import type { Layout } from './layout.ts';

/**
 * As whom PostgreSQL runs. It refuses root, and a user without a name. So root starts it as the
 * owner of the data, as postgres or as nobody; where none of them can reach the data folder or the
 * programs (a clone below /root), it starts it as itself in a user namespace in which it has
 * another number.
 */
export interface Identity {
  /** Words before the program. */
  readonly prefix: readonly string[];
  /** For spawn; undefined: ours. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Who owns the files then. */
  readonly owner: { readonly uid: number; readonly gid: number };
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export function chooseIdentity(layout: Layout, binaries: Binaries): Identity {
  const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const accounts = readAccounts();
  if (self.uid !== 0) {
    if (hasName()) return { prefix: [], uid: undefined, gid: undefined, owner: self };
    return namespace(self, accounts, layout, binaries);
  }
  for (const { uid, gid } of candidates(layout, accounts)) {
    if (canReach(uid, gid, layout, binaries)) return { prefix: [], uid, gid, owner: { uid, gid } };
  }
  return namespace(self, accounts, layout, binaries);
}

function candidates(layout: Layout, accounts: readonly Account[]): readonly Account[] {
  const owners = [layout.data, layout.folder].map((path) => statSync(path, { throwIfNoEntry: false })?.uid);
  const owning = owners.map((uid) => accounts.find((account) => account.uid === uid && uid !== 0));
  const usual = ['postgres', 'nobody'].map((name) => accounts.find((account) => account.name === name));
  return [...owning, ...usual].filter((account) => account !== undefined);
}

function canReach(uid: number, gid: number, layout: Layout, binaries: Binaries): boolean {
  const probe = 'test -x "$1" && test -x "$2" && test -r "$3"';
  const library = binaries.postgres.replace(/bin\/postgres$/, 'share');
  const { status } = spawnSync('/bin/sh', ['-c', probe, 'probe', layout.folder, binaries.postgres, library], {
    uid,
    gid,
    cwd: '/',
    stdio: 'ignore',
  });
  return status === 0;
}

function namespace(
  self: Identity['owner'],
  accounts: readonly Account[],
  layout: Layout,
  binaries: Binaries,
): Identity {
  const seenAs = accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody');
  const prefix = ['unshare', '--user', `--map-user=${seenAs?.uid ?? 1000}`, `--map-group=${seenAs?.gid ?? 1000}`];
  const [program = '', ...words] = [...prefix, binaries.postgres, '--version'];
  const { status } = spawnSync(program, words, { stdio: 'ignore', cwd: '/' });
  if (status !== 0) throw new UserError(storeErrors.embeddedRoot, { folder: layout.folder });
  return { prefix, uid: undefined, gid: undefined, owner: self };
}

function hasName(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

function readAccounts(): readonly Account[] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .filter((parts) => parts.length >= 4)
      .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  } catch {
    return [];
  }
}
