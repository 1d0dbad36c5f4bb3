import { UserError } from '../../errors/errors.ts';
import type { Database } from '../../store/database.ts';
import { checks } from '../check/table.ts';
import { noChecks } from './alert.ts';
import type { AlertFile, AskedOfAlerts } from './alert-file.ts';
import { type Alerts, changeAlerts, readAlerts } from './alert-rows.ts';
import { alertErrors } from './errors.ts';
import { everyAlert, silentAlert } from './step.ts';

/**
 * Alerts with what somebody asked for: that one is acknowledged, or silent for a while. Throws
 * `noAlert` when none of the name can be acknowledged.
 */
export function withAsked(alerts: Alerts, { name, at, acknowledge, silentUntil }: AskedOfAlerts): Alerts {
  const next = new Map(alerts);
  if (silentUntil !== undefined) {
    next.set(name, { ...(next.get(name) ?? silentAlert(name)), silencedUntil: silentUntil > at ? silentUntil : null });
    return next;
  }
  const meant = [...alerts.values()].filter(
    (one) => one.state === 'firing' && (name === everyAlert || one.name === name || one.check === name),
  );
  if (meant.length === 0 && name !== everyAlert) throw new UserError(alertErrors.noAlert, { name });
  for (const one of meant) next.set(one.name, { ...one, acknowledged: { by: acknowledge ?? 'operator', at } });
  return next;
}

/** Where it was noted: for all nodes, or, while the database is away, for this one. */
export type NotedIn = 'database' | 'data folder';

/** Acknowledges or silences. Throws `noAlert`, `noCheck`. */
export async function askOfAlerts(database: Database, file: AlertFile, asked: AskedOfAlerts): Promise<NotedIn> {
  // A silence that is there can always be ended.
  if ((asked.silentUntil ?? 0) > asked.at && !canBeSilent(asked.name))
    throw new UserError(alertErrors.noCheck, { name: asked.name });
  try {
    await changeAlerts(database, (before) => ({ alerts: withAsked(before, asked), result: undefined }));
    return 'database';
  } catch (error) {
    if (!isAway(error)) throw error;
    withAsked(file.read(), asked);
    file.ask(asked);
    return 'data folder';
  }
}

/** Alerts of all nodes, or what this one knows while the database is away. */
export async function knownAlerts(database: Database, file: AlertFile): Promise<{ alerts: Alerts; from: NotedIn }> {
  try {
    return { alerts: await readAlerts(database), from: 'database' };
  } catch (error) {
    if (!isAway(error)) throw error;
    return { alerts: file.read(), from: 'data folder' };
  }
}

/** A name that is misspelt would silence nothing, and say that it does. */
function canBeSilent(name: string): boolean {
  const [check = '', node] = name.split(/@(.*)/s);
  return name === everyAlert || (node !== '' && [...checks.map((one) => one.name), noChecks].includes(check));
}

function isAway(error: unknown): boolean {
  // Also when no release has been here that knows alerts.
  return error instanceof UserError && error.status === 503;
}
