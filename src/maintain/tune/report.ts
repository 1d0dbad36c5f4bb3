import { type Advice, type AdviceState, assignmentsOf, type TuneReport } from './advice.ts';

const signs: Readonly<Record<AdviceState, string>> = { ok: '[ok]', advise: '[!!]', note: '[--]', unknown: '[??]' };

/** For people: groups, then what to set, with the commands. `heading` makes a line a heading. */
export function reportLines(
  { subject, advice }: Pick<TuneReport, 'subject' | 'advice'>,
  heading: (text: string) => string,
  apply: string,
): readonly string[] {
  const groups = [...new Set(advice.map(({ group }) => group))];
  const body = groups.flatMap((group) => [
    '',
    heading(group),
    ...advice.filter((one) => one.group === group).map(adviceLine),
  ]);
  return [subject, ...body, '', ...toSet(advice, heading, apply)];
}

export function adviceLine({ state, name, value, wanted, reason }: Advice): string {
  const values = [value, wanted].filter((one) => one !== undefined && one !== '').join(' -> ');
  return `${signs[state]} ${name}${values === '' ? '' : ` ${values}`}: ${reason}`;
}

function toSet(advice: readonly Advice[], heading: (text: string) => string, apply: string): readonly string[] {
  const advised = advice.filter(({ state }) => state === 'advise');
  const count = (state: AdviceState): number => advice.filter((one) => one.state === state).length;
  const score = `${count('ok')} as they should be, ${advised.length} to set, ${count('unknown')} unknown.`;
  if (advised.length === 0) return [`Nothing to set: ${score}`];
  const assignments = assignmentsOf(advice);
  return [
    heading('What to set'),
    ...assignments.map(({ name, value }) => `${name} = ${value}`),
    ...(assignments.length > 0 ? [`All of these at once: ${apply}`] : []),
    ...commandsOf(advised),
    '',
    score,
  ];
}

/** What is to be typed, of advice that --apply does not follow by itself. */
export function commandsOf(advice: readonly Advice[]): readonly string[] {
  return [
    ...new Set(advice.flatMap(({ state, command }) => (state === 'advise' && command !== undefined ? [command] : []))),
  ];
}

/**
 * What has changed since an earlier report of the same kind: advice, values, growth of counters.
 */
export function comparisonLines(before: TuneReport, now: TuneReport): readonly string[] {
  const earlier = new Map(before.advice.map((one) => [one.name, one]));
  const there = new Set(now.advice.map(({ name }) => name));
  const changed = now.advice.flatMap((one) => {
    const old = earlier.get(one.name);
    if (old === undefined) return [`new       ${adviceLine(one)}`];
    if (old.state === one.state && old.value === one.value) return [];
    const state = old.state === one.state ? signs[one.state] : `${signs[old.state]} -> ${signs[one.state]}`;
    const value = old.value === one.value ? '' : ` ${old.value ?? 'unknown'} -> ${one.value ?? 'unknown'}`;
    return [`changed   ${state} ${one.name}${value}`];
  });
  const gone = before.advice.filter(({ name }) => !there.has(name)).map((one) => `gone      ${adviceLine(one)}`);
  const grown = Object.entries(now.counters).flatMap(([name, value]) => {
    const old = before.counters[name];
    if (old === undefined || old === value) return [];
    return [value > old ? `counter   ${name} ${old} -> ${value} (+${value - old})` : `counter   ${name} began again`];
  });
  const lines = [...changed, ...gone, ...grown];
  const since = new Date(before.at).toISOString();
  return lines.length === 0 ? [`Nothing has changed since ${since}.`] : [`Since ${since}:`, ...lines];
}
