import type { CheckAnswer } from '../check/check.ts';
import { type Alert, type AlertMessage, type AlertTimes, alertName, alertTimes, isInhibited } from './alert.ts';

export interface AlertStep {
  /** All alerts that are remembered, by name. */
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly messages: readonly AlertMessage[];
}

/**
 * What becomes of the alerts when a node has looked at everything, and what is to be said now.
 * Pure: whoever keeps the alerts decides that two nodes do it one after the other.
 */
export function stepAlerts(
  before: ReadonlyMap<string, Alert>,
  answers: ReadonlyMap<string, CheckAnswer>,
  { node, now, times = alertTimes }: { readonly node: string; readonly now: number; readonly times?: AlertTimes },
): AlertStep {
  const alerts = new Map([...before].map(([name, alert]) => [name, untilNow(alert, now)]));
  for (const [check, answer] of answers) {
    const name = alertName(check, node);
    const next = judged(alerts.get(name) ?? newAlert(name, check, node), answer, now, times);
    if (next === undefined) alerts.delete(name);
    else alerts.set(name, next);
  }
  for (const [name, alert] of alerts) if (isForgotten(alert, now, times)) alerts.delete(name);
  const messages = [...news(alerts, now, times), ...reminders(alerts, now, times)];
  for (const { kind, firing, resolved } of messages)
    for (const { name } of [...firing, ...resolved]) alerts.set(name, told(alerts.get(name)!, kind, now));
  return { alerts, messages };
}

function newAlert(name: string, check: string, node: string): Alert {
  return {
    ...{ name, check, node, state: 'resolved', sentence: '', fix: '', since: 0, lastBad: 0, wellSince: null },
    ...{ fired: null, resolved: null, untold: null, told: null, firstTold: null, turns: [], flapping: false },
    ...{ escalated: false, acknowledged: null, silencedUntil: null },
  };
}

/** An alert that is only there to be silent about a check. */
export function silentAlert(name: string): Alert {
  const [check = name, node = ''] = name.split('@');
  return newAlert(name, check, node);
}

/**
 * A clock that was ahead and was set back leaves times that are to come: waiting for them would
 * tell nobody for as long as it was wrong.
 */
function untilNow(alert: Alert, now: number): Alert {
  const { since, lastBad, wellSince, fired, resolved, told, firstTold, turns, acknowledged } = alert;
  const times = [since, lastBad, wellSince ?? 0, fired ?? 0, resolved ?? 0, told ?? 0, firstTold ?? 0, ...turns];
  if (Math.max(acknowledged?.at ?? 0, ...times) <= now) return alert;
  const early = <T extends number | null>(at: T) => (at === null ? at : Math.min(at, now)) as T;
  return {
    ...alert,
    ...{ since: early(since), lastBad: early(lastBad), wellSince: early(wellSince), fired: early(fired) },
    ...{ resolved: early(resolved), told: early(told), firstTold: early(firstTold) },
    turns: turns.map((at) => Math.min(at, now)),
    acknowledged: acknowledged && { ...acknowledged, at: Math.min(acknowledged.at, now) },
  };
}

/** Undefined: nothing is to be remembered. */
function judged(alert: Alert, answer: CheckAnswer, now: number, times: AlertTimes): Alert | undefined {
  if (answer.state === 'critical') return wrong(alert, answer, now, times);
  // What could not be found out changes nothing, and a warning is not for the night.
  if (answer.state === 'unknown') return alert.lastBad === 0 && !isSilent(alert, now) ? undefined : alert;
  if (alert.state === 'resolved') return alert.fired === null && !isSilent(alert, now) ? undefined : alert;
  if (now - alert.lastBad < times.agree) return alert;
  if (alert.state === 'pending')
    return alert.fired === null && !isSilent(alert, now) ? undefined : { ...alert, state: 'resolved' };
  const wellSince = alert.wellSince ?? now;
  if (now - wellSince < times.quiet) return { ...alert, wellSince };
  const untold = alert.firstTold === null ? null : 'resolved';
  return {
    ...alert,
    state: 'resolved',
    sentence: answer.sentence,
    wellSince: null,
    resolved: now,
    untold,
    flapping: false,
  };
}

function wrong(alert: Alert, { sentence, fix = '' }: CheckAnswer, now: number, times: AlertTimes): Alert {
  const found = { ...alert, sentence, fix, lastBad: now };
  if (alert.state === 'resolved') return { ...found, state: 'pending', since: now };
  if (alert.state === 'pending') {
    if (now - alert.since < times.hold) return found;
    return {
      ...found,
      ...{ state: 'firing', fired: now, resolved: null, untold: 'firing', firstTold: null, wellSince: null },
      ...{ turns: [], flapping: false, escalated: false, acknowledged: null },
    };
  }
  if (alert.wellSince === null) return found;
  const turns = [...alert.turns, now].filter((at) => now - at < times.flapWithin).slice(-times.flaps);
  const isNews = !alert.flapping && turns.length >= times.flaps;
  return {
    ...found,
    wellSince: null,
    turns,
    flapping: alert.flapping || isNews,
    untold: isNews ? 'flapping' : alert.untold,
  };
}

/** What has not been told, all at once; nothing while the last message is young. */
function news(alerts: ReadonlyMap<string, Alert>, now: number, times: AlertTimes): readonly AlertMessage[] {
  const last = Math.max(0, ...[...alerts.values()].map(({ told }) => told ?? 0));
  if (now - last < times.group) return [];
  const due = [...alerts.values()].filter((alert) => alert.untold !== null && isHeard(alert, alerts, now));
  if (due.length === 0) return [];
  const firing = due.filter(({ state }) => state === 'firing');
  return [{ kind: 'alert', firing, resolved: due.filter(({ state }) => state === 'resolved'), at: now }];
}

function reminders(alerts: ReadonlyMap<string, Alert>, now: number, times: AlertTimes): readonly AlertMessage[] {
  const open = [...alerts.values()].filter(
    (alert) =>
      alert.state === 'firing' &&
      alert.untold === null &&
      alert.acknowledged === null &&
      alert.wellSince === null &&
      isHeard(alert, alerts, now),
  );
  const late = open.filter(({ escalated, firstTold }) => !escalated && now - (firstTold ?? now) >= times.escalate);
  const again = open.filter((alert) => !late.includes(alert) && now - (alert.told ?? now) >= times.repeat);
  return (
    [
      { kind: 'escalation', firing: late, resolved: [], at: now },
      { kind: 'repeat', firing: again, resolved: [], at: now },
    ] as const
  ).filter(({ firing }) => firing.length > 0);
}

function isHeard(alert: Alert, alerts: ReadonlyMap<string, Alert>, now: number): boolean {
  // A check without a node is that check of all nodes.
  const names = [alert.name, alert.check, everyAlert];
  const isQuiet = names.some((name) => isSilent(alerts.get(name) ?? alert, now));
  return !isQuiet && !isInhibited(alert, alerts.values());
}

export const everyAlert = 'all';

function isSilent({ silencedUntil }: Alert, now: number): boolean {
  return silencedUntil !== null && silencedUntil > now;
}

function told(alert: Alert, kind: AlertMessage['kind'], now: number): Alert {
  const escalated = alert.escalated || kind === 'escalation';
  return { ...alert, untold: null, told: now, firstTold: alert.firstTold ?? now, escalated };
}

function isForgotten(alert: Alert, now: number, { remember }: AlertTimes): boolean {
  if (alert.state !== 'resolved' || isSilent(alert, now) || alert.untold !== null) return false;
  return now - Math.max(alert.resolved ?? 0, alert.lastBad) > remember;
}
