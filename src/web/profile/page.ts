import { grouped } from '../../errors/grouped.ts';
import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';
import { type FunctionTime, functionBytes, type SortKey, sortFunctions, sortKeys } from '../../profile/functions.ts';
import type { KeptProfile, ProfileHead } from '../../profile/kept.ts';
import { looksLikeLoop, type StatementTime } from '../../profile/statements.ts';
import type { Stage } from '../../search/stages.ts';
import type { Profiled } from '../exchange/profile-asked.ts';
import { flameAddress } from './flame.ts';
import { tableKeyOf } from './table-key.ts';

const functionsShown = 60;
const bytesShown = 30;

/**
 * What stands below a profiled page. Undefined profile: another one was being taken, or only the
 * stages were asked for.
 */
export function appendix(profile: KeptProfile | undefined, { kinds, stages, stop }: Profiled): string {
  const busy = kinds.length > 0 && stop === undefined;
  return html`<section class="profile frame" aria-label="Profile"><h2>Profile</h2>
${busy && html`<p class="alert">Another profile is being taken in this process; ask again.</p>`}
${
  profile === undefined
    ? stageTable(stages)
    : html`${summary(profile)}
${(kinds.includes('search') || stages.length > 0) && stageTable(stages)}
${statementTable(profile.statements, profile.id)}
${kinds.includes('heap') && heapTable(profile)}
${functionTable(profile.functions, tableKeyOf(kinds) ?? 'cumulative')}`
}</section>`.text;
}

/** A kept profile on a page of its own. */
export function profileParts(profile: KeptProfile, key: SortKey, plan: HtmlValue): Html {
  return html`<div class="profile">${summary(profile)}
<form method="get" action="/profiles/${profile.id}"><label for="sort">Sorted by</label> <select id="sort" name="sort">${sortKeys.map((one) => html`<option${attribute('selected', one === key)}>${one}</option>`)}</select> <button class="quiet">Sort</button></form>
${profile.stages.length > 0 && stageTable(profile.stages)}
${statementTable(profile.statements, profile.id)}
${plan}
${profile.heap !== undefined && heapTable(profile)}
${functionTable(profile.functions, key)}</div>`;
}

function summary({ id, what, took, status, others, functions, statements, when }: KeptProfile): Html {
  const calls = functions.reduce((sum, one) => sum + one.calls, 0);
  const least = functions.some(({ isLeast }) => isLeast);
  const runs = statements.reduce((sum, { count }) => sum + count, 0);
  const waited = statements.reduce((sum, one) => sum + one.took, 0);
  const worked = functions.reduce((sum, { own }) => sum + own, 0);
  return html`<p><code>${what}</code>${status !== undefined && html` ${status}`}, ${ms(took)} ms: ${ms(worked)} ms of JavaScript in ${least && 'at least '}${number(calls)} function calls, ${runs} SQL statements in ${ms(waited)} ms.${others > 0 && html` <strong>${others} other requests were answered meanwhile; what they did is among the functions.</strong>`}</p>
<p class="muted small"><a href="/profiles/${id}">${id}</a> of ${new Date(when).toISOString()}, kept on this node · <a href="${flameAddress(id)}">flame graph</a> · <a href="/profiles/${id}.cpuprofile" download>.cpuprofile</a> · <a href="/profiles">all, and compare</a></p>`;
}

function functionTable(functions: readonly FunctionTime[], key: SortKey): Html {
  const shown = sortFunctions(functions, key).slice(0, functionsShown);
  return html`<h3>Functions by ${key}</h3><div class="scroll" role="region" aria-label="Functions" tabindex="0"><table class="profile-functions"><thead><tr><th>ncalls</th><th>tottime</th><th>percall</th><th>cumtime</th><th>percall</th><th>file:line(function)</th></tr></thead><tbody>${shown.map(
    ({ name, file, line, calls, isLeast, own, cumulative }) =>
      html`<tr><td>${isLeast && '≥ '}${number(calls)}</td><td>${ms(own)}</td><td>${ms(own / Math.max(1, calls))}</td><td>${ms(cumulative)}</td><td>${ms(cumulative / Math.max(1, calls))}</td><td><code>${file === '' ? 'native' : `${file}:${line}`}(${name})</code></td></tr>`,
  )}</tbody></table></div>
<p class="muted small">Times in ms, from a sample each 0.1 ms.${shown.some(({ isLeast }) => isLeast) && html` Numbers of calls are what the samples saw at least; <code>profile=calls</code> counts each call, and takes longer.`}</p>`;
}

function statementTable(statements: readonly StatementTime[], id: string): Html {
  if (statements.length === 0) return html`<h3>SQL</h3><p>No statement.</p>`;
  return html`<h3>SQL</h3><div class="scroll" role="region" aria-label="SQL" tabindex="0"><table class="profile-functions"><thead><tr><th>count</th><th>ms</th><th>longest</th><th>rows</th><th>statement</th></tr></thead><tbody>${statements.map(
    (one, at) =>
      html`<tr${attribute('class', looksLikeLoop(one) ? 'loop' : undefined)}><td>${one.count}</td><td>${ms(one.took)}</td><td>${ms(one.longest)}</td><td>${number(one.rows)}</td><td>${looksLikeLoop(one) && html`<strong>asked ${one.count} times, most likely in a loop: </strong>`}<code>${one.text}</code> <a href="/profiles/${id}?plan=${at}#plan">plan</a></td></tr>`,
  )}</tbody></table></div>`;
}

function stageTable(stages: readonly Stage[]): Html {
  if (stages.length === 0) return html`<h3>Search</h3><p>Nothing was searched.</p>`;
  return html`<h3>Search</h3><div class="scroll" role="region" aria-label="Search" tabindex="0"><table class="profile-functions"><thead><tr><th>ms</th><th>stage</th><th>gave</th></tr></thead><tbody>${stages.map(
    ({ name, took, detail }) => html`<tr><td>${ms(took)}</td><td>${name}</td><td>${detail}</td></tr>`,
  )}</tbody></table></div>`;
}

function heapTable({ heap, memory }: KeptProfile): Html {
  const change = Object.entries(memory ?? {}).map(
    ([name, { bytes, more }]) =>
      html`<tr><td>${name}</td><td>${number(Math.round(bytes / 1000))}</td><td>${more > 0 && '+'}${number(Math.round(more / 1000))}</td></tr>`,
  );
  const rows = heap === undefined ? [] : functionBytes(heap).slice(0, bytesShown);
  return html`<h3>Memory</h3><div class="scroll" role="region" aria-label="Memory" tabindex="0"><table class="profile-functions"><thead><tr><th>of</th><th>kB</th><th>change</th></tr></thead><tbody>${change}</tbody></table></div>
${rows.length > 0 && html`<div class="scroll" role="region" aria-label="Allocations" tabindex="0"><table class="profile-functions"><thead><tr><th>kB kept</th><th>allocated by</th></tr></thead><tbody>${rows.map(({ name, file, line, bytes }) => html`<tr><td>${number(Math.round(bytes / 1000))}</td><td><code>${file === '' ? 'native' : `${file}:${line}`}(${name})</code></td></tr>`)}</tbody></table></div>`}`;
}

export function profileList(heads: readonly ProfileHead[]): Html {
  if (heads.length === 0)
    return html`<p>No profile is kept on this node. Add <code>profile=t</code> to the address of any page, or type <code>reperio profile</code> on the node.</p>`;
  return html`<form method="get" action="/profiles/compare" class="profile"><p class="muted small">The newest ${heads.length} of this node.</p><div class="scroll" role="region" aria-label="Profiles" tabindex="0"><table class="profile-functions"><thead><tr><th>first</th><th>second</th><th>when</th><th>ms</th><th>SQL</th><th>what</th></tr></thead><tbody>${heads.map(
    ({ id, when, what, took, statements }, at) =>
      html`<tr><td><input type="radio" name="a" value="${id}" aria-label="first: ${id}"${attribute('checked', at === 1)}></td><td><input type="radio" name="b" value="${id}" aria-label="second: ${id}"${attribute('checked', at === 0)}></td><td>${new Date(when).toISOString().slice(0, 19).replace('T', ' ')}</td><td>${ms(took)}</td><td>${statements}</td><td><a href="/profiles/${id}"><code>${what}</code></a></td></tr>`,
  )}</tbody></table></div><p><button>Compare</button></p></form>`;
}

const differencesShown = 40;

/**
 * What the second did more or less than the first, function by function, the greatest differences
 * first.
 */
export function comparison(first: KeptProfile, second: KeptProfile): Html {
  const key = ({ file, line, name }: FunctionTime): string => `${file}:${line} ${name}`;
  const before = new Map(first.functions.map((one) => [key(one), one]));
  const after = new Map(second.functions.map((one) => [key(one), one]));
  const rows = [...new Set([...before.keys(), ...after.keys()])]
    .map((one) => ({ one, a: before.get(one), b: after.get(one) }))
    .map((row) => ({ ...row, own: (row.b?.own ?? 0) - (row.a?.own ?? 0) }))
    .sort((x, y) => Math.abs(y.own) - Math.abs(x.own))
    .slice(0, differencesShown);
  const runs = ({ statements }: KeptProfile) => statements.reduce((sum, { count }) => sum + count, 0);
  return html`<div class="profile">${summary(first)}${summary(second)}
<p>Second against first: ${signed(second.took - first.took)} ms, ${signed(runs(second) - runs(first), 0)} SQL statements.</p>
<div class="scroll" role="region" aria-label="Profiles" tabindex="0"><table class="profile-functions"><thead><tr><th>tottime first</th><th>second</th><th>difference</th><th>cumtime first</th><th>second</th><th>file:line(function)</th></tr></thead><tbody>${rows.map(
    ({ a, b, own, one }) =>
      html`<tr><td>${ms(a?.own ?? 0)}</td><td>${ms(b?.own ?? 0)}</td><td>${signed(own)}</td><td>${ms(a?.cumulative ?? 0)}</td><td>${ms(b?.cumulative ?? 0)}</td><td><code>${one}</code></td></tr>`,
  )}</tbody></table></div></div>`;
}

function ms(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

function signed(value: number, digits = 2): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(digits)}`;
}

function number(value: number): string {
  return grouped(value);
}
