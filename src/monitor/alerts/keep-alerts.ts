import type { Database } from '../../store/database.ts';
import type { CheckAnswer } from '../check/check.ts';
import type { Alert, AlertMessage, AlertTimes } from './alert.ts';
import type { AlertFile } from './alert-file.ts';
import { type Alerts, alertsNow, changeAlerts, changedIn } from './alert-rows.ts';
import { withAsked } from './ask-alerts.ts';
import { type AlertStep, stepAlerts } from './step.ts';

export interface AlertKeeperOptions {
  readonly database: Database;
  readonly file: AlertFile;
  readonly node: string;
  readonly times?: AlertTimes | undefined;
  /** Keeps messages until they are sent; the names they are kept under. */
  readonly keep: (messages: readonly AlertMessage[]) => readonly string[];
  readonly discard: (names: readonly string[]) => void;
}

/**
 * Keeps what is known of alerts: in the database while it is there, where all nodes share it, else
 * in the data folder.
 */
export interface AlertKeeper {
  /** What a node found. */
  note(answers: ReadonlyMap<string, CheckAnswer>): Promise<void>;
}

export function createAlertKeeper({ database, file, node, times, keep, discard }: AlertKeeperOptions): AlertKeeper {
  let here = readable(file);
  /** What changed here while the database was away. */
  let isApart = false;

  function step(before: Alerts, answers: ReadonlyMap<string, CheckAnswer>, now: number) {
    const { alerts, messages } = stepAlerts(before, answers, { node, now, ...(times && { times }) });
    return { alerts, kept: keep(messages) };
  }

  async function noteThere(answers: ReadonlyMap<string, CheckAnswer>): Promise<Alerts> {
    if (!isApart) {
      // Mostly all is well and nothing changes: that needs no lock.
      const { alerts, now } = await alertsNow(database);
      if (changesNothing(stepAlerts(alerts, answers, { node, now, ...(times && { times }) }), alerts)) return alerts;
    }
    let kept: readonly string[] = [];
    try {
      return await changeAlerts(database, (before, now) => {
        const done = step(isApart ? together(before, here) : before, answers, now);
        // Kept before it is committed: a crash here says it twice rather than never.
        kept = done.kept;
        return { alerts: done.alerts, result: done.alerts };
      });
    } catch (error) {
      discard(kept);
      throw error;
    }
  }

  function takeAsked(): ReturnType<AlertFile['takeAsked']> {
    try {
      return file.takeAsked();
    } catch {
      return [];
    }
  }

  return {
    note: async (answers) => {
      for (const asked of takeAsked()) {
        try {
          here = withAsked(here, asked);
          isApart = true;
        } catch {
          // It is resolved meanwhile.
        }
      }
      try {
        here = await noteThere(answers);
        isApart = false;
      } catch {
        here = step(here, answers, Date.now()).alerts;
        isApart = true;
      }
      try {
        file.write(here);
      } catch {
        // The disk is full, which may be what is to be told: it is known in memory.
      }
    },
  };
}

/** A folder that the service may not read costs what was known before, and not the watching. */
function readable(file: AlertFile): Alerts {
  try {
    return file.read();
  } catch {
    return new Map();
  }
}

/** What the database knows and what this node has learnt without it: of each alert the newer. */
function together(there: Alerts, here: Alerts): Alerts {
  const all = new Map(there);
  for (const [name, alert] of here) {
    const known = there.get(name);
    if (known === undefined || newest(alert) >= newest(known)) all.set(name, alert);
  }
  return all;
}

function newest({ lastBad, resolved, told, acknowledged }: Alert): number {
  return Math.max(lastBad, resolved ?? 0, told ?? 0, acknowledged?.at ?? 0);
}

function changesNothing({ alerts, messages }: AlertStep, before: Alerts): boolean {
  return messages.length === 0 && alerts.size === before.size && changedIn(before, alerts).length === 0;
}
