import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { Database } from '../store/database.ts';
import { giveToFolderOwner } from '../store/folder-owner.ts';
import { alertFolder } from './alerts/alert-folder.ts';

/** Who is told of the state of the library, and how it is called. */
export interface Operators {
  /** Address of the administrator; empty: the site file names none. */
  readonly admin: string;
  /** Sender of e-mails. */
  readonly from: string;
  /** As in `library.example`. */
  readonly library: string;
}

/** The site file is asked again after this long. Milliseconds. */
const askAgain = 60_000;

/**
 * Reads who they are from the site file in force. What was read is kept in the data folder, for the
 * time when the database is away.
 */
export function createOperators(
  database: Database,
  settings: () => Pick<Settings, 'dataFolder' | 'baseUrl' | 'mailFrom'>,
): () => Promise<Operators> {
  const { dataFolder } = settings();
  const path = join(dataFolder, 'alerts', 'administrator');
  let admin: string | undefined;
  let asked = Number.NEGATIVE_INFINITY;

  async function readAdmin(): Promise<string> {
    if (admin !== undefined && performance.now() < asked + askAgain) return admin;
    asked = performance.now();
    try {
      // Most supervisors never read a site file otherwise.
      const { currentSite } = await import('../site/versions.ts');
      const found = (await currentSite({ query: (one) => database.query(one, { patience: 0 }) })).site.admin;
      const before = admin;
      admin = found;
      if (found !== before) keep(found);
    } catch {
      admin ??= kept();
    }
    return admin;
  }

  function keep(text: string): void {
    alertFolder(dataFolder);
    writeFileSync(path, text, { mode: 0o600 });
    giveToFolderOwner(path);
  }

  function kept(): string {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      return '';
    }
  }

  return async () => {
    const found = await readAdmin();
    const { mailFrom, baseUrl } = settings();
    return {
      admin: found,
      from: mailFrom ?? (found === '' ? 'library@localhost' : found),
      library: baseUrl === undefined ? 'the library' : new URL(baseUrl).host,
    };
  };
}
