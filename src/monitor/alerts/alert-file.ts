import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { giveToFolderOwner } from '../../store/folder-owner.ts';
import type { Alert } from './alert.ts';
import { alertFolder } from './alert-folder.ts';
import type { Alerts } from './alert-rows.ts';
import { alertErrors } from './errors.ts';

/** What the alerts of a node are while the database is away, in its data folder. */
export interface AlertFile {
  /** Throws `denied` when this user may not. */
  read(): Alerts;
  write(alerts: Alerts): void;
  /** What commands have asked for meanwhile, and it is forgotten. */
  takeAsked(): readonly AskedOfAlerts[];
  ask(asked: AskedOfAlerts): void;
}

/** `name`: of an alert, or "all". Times are milliseconds since 1970. */
export interface AskedOfAlerts {
  readonly name: string;
  readonly at: number;
  readonly acknowledge?: string;
  readonly silentUntil?: number;
}

export function alertFile(dataFolder: string): AlertFile {
  const folder = alertFolder(dataFolder);
  const path = join(folder, 'state.json');
  const asked = join(folder, 'asked.jsonl');
  const taken = `${asked}.taken`;
  let written = '';
  return {
    read: () => {
      try {
        const rows = JSON.parse(readFileSync(path, 'utf8')) as readonly Alert[];
        return new Map(rows.map((one) => [one.name, one]));
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        // Nobody is told that all is well by whom nothing is shown.
        if (code === 'EACCES') throw new UserError(alertErrors.denied, { reason: message }, error);
        // Not there yet, or of a disk that was full: the alerts begin again.
        return new Map();
      }
    },
    write: (alerts) => {
      const text = JSON.stringify([...alerts.values()]);
      if (text === written) return;
      writeFileSync(`${path}.part`, text, { mode: 0o600 });
      renameSync(`${path}.part`, path);
      written = text;
    },
    takeAsked: () => {
      // A crash left one: what is newer waits for the next time.
      if (!existsSync(taken)) {
        if (!existsSync(asked)) return [];
        renameSync(asked, taken);
      }
      try {
        return readFileSync(taken, 'utf8').split('\n').flatMap(readAsked);
      } finally {
        rmSync(taken);
      }
    },
    ask: (one) => {
      appendFileSync(asked, `${JSON.stringify(one)}\n`, { mode: 0o600 });
      // The supervisor reads it, and may be another user than who types.
      giveToFolderOwner(asked);
    },
  };
}

/** A line that a crash cut off is left out. */
function readAsked(line: string): readonly AskedOfAlerts[] {
  try {
    return [JSON.parse(line) as AskedOfAlerts];
  } catch {
    return [];
  }
}
