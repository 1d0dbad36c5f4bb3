import {
  type FindingPage,
  type FindingState,
  findingStates,
  type KeptFinding,
  type RuleCount,
} from '../../cataloguing/checks/findings.ts';
import { attribute, type Html, html } from '../../html/html.ts';
import type { CheckRule } from '../../site/site.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { findingSays } from '../ui/finding.ts';
import { alert, done, form } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { pairText } from '../ui/pair-text.ts';
import { type Column, table } from '../ui/table.ts';

export interface ChecksModel {
  readonly rules: readonly CheckRule[];
  readonly counts: readonly RuleCount[];
  readonly ran: ReadonlyMap<string, Date>;
  readonly ended: Date | undefined;
  /** May they have the rules run? */
  readonly runs: boolean;
}

/** All rules, and how much each has found. */
export function checksPage(context: PageContext, { rules, counts, ran, ended, runs }: ChecksModel): string {
  const { tr } = context;
  const title = tr.t('checks.title');
  const count = (rule: string, state: FindingState): Html => {
    const number = counts.find((one) => one.rule === rule && one.state === state)?.count ?? 0;
    const text = tr.number(number);
    return number === 0
      ? html`${text}`
      : html`<a href="/checks/${rule}?state=${state}">${text}<span class="hidden"> ${pairText(context, tr.t(`checks.states.${state}`), rule)}</span></a>`;
  };
  const columns: readonly Column<CheckRule>[] = [
    { head: tr.t('checks.rule'), cell: ({ name }) => html`<a href="/checks/${name}">${name}</a>` },
    { head: tr.t('checks.what'), cell: (rule) => html`<code>${rule.check.kind}</code> ${pathsOf(rule)}` },
    { head: tr.t('checks.when'), cell: ({ on }) => on.map((one) => tr.t(`checks.on.${one}`)).join(', ') },
    { head: tr.t('checks.then'), cell: ({ then }) => tr.t(`checks.thens.${then}`) },
    { head: tr.t('checks.fix'), cell: ({ fix }) => tr.t(`checks.fixes.${fix}`) },
    ...findingStates.map((state) => ({
      head: tr.t(`checks.states.${state}`),
      number: true as const,
      cell: ({ name }: CheckRule) => count(name, state),
    })),
    {
      head: tr.t('checks.ran'),
      cell: ({ name }) => {
        const at = ran.get(name);
        return at === undefined ? tr.t('checks.not_yet') : dateTime(context, at);
      },
    },
  ];
  return layout(context, {
    ...{ title, unlisted: true },
    main: html`<div class="account wide"><h1>${title}</h1><p>${tr.t('checks.says')}</p>
${ended !== undefined && html`<p class="muted">${tr.rich('checks.ended', { at: dateTime(context, ended) })}</p>`}
${runs && rules.length > 0 && form(context, '/checks', html`<button name="wish" value="run">${tr.t('checks.run')}</button>`, 'inline')}
${rules.length === 0 ? html`<p>${tr.t('checks.none')}</p>` : table(title, columns, rules, { stacks: true })}</div>`,
  });
}

function pathsOf({ check }: CheckRule): string {
  return check.kind === 'order' ? '' : check.paths.join(', ');
}

export interface RuleModel extends FindingPage {
  readonly rule: CheckRule;
  readonly state: FindingState;
  readonly isFirst: boolean;
  readonly problem: string | undefined;
  /** May they have it fixed, and does the rule know how? */
  readonly fixes: boolean;
  /** Of how many was decided just now. */
  readonly changed: number | undefined;
}

/** What one rule has found, with a tick for each. */
export function rulePage(context: PageContext, model: RuleModel): string {
  const { tr } = context;
  const { rule, state, findings, next, fixes } = model;
  const title = tr.t('checks.one', { name: rule.name });
  const address = `/checks/${rule.name}`;
  const columns: readonly Column<KeptFinding>[] = [
    {
      head: tr.t('checks.tick'),
      cell: (one) =>
        html`<input type="checkbox" name="finding" value="${String(one.id)}" aria-label="${pairText(context, tr.t('record.number', { id: String(one.record) }), findingSays(context, one))}">`,
    },
    {
      head: tr.t('checks.record'),
      cell: ({ record }) =>
        html`<a href="/record/${String(record)}">${String(record)}</a> <a href="/record/${String(record)}/edit">${tr.t('checks.edit')}<span class="hidden"> ${String(record)}</span></a>`,
    },
    { head: tr.t('checks.found'), cell: (one) => html`<bdi>${findingSays(context, one)}</bdi>` },
    {
      head: tr.t('checks.would_be'),
      cell: ({ fixable, to }) => fixable && html`<bdi>${to === '' ? tr.t('checks.fixed') : to}</bdi>`,
    },
    ...(state === 'open'
      ? []
      : [{ head: tr.t('checks.decided_by'), cell: ({ decidedBy }: KeptFinding) => decidedBy ?? '' }]),
  ];
  const states = html`<ul class="tabs">${findingStates.map(
    (one) =>
      html`<li><a href="${address}?state=${one}"${attribute('aria-current', one === state ? 'page' : undefined)}>${tr.t(`checks.states.${one}`)}</a></li>`,
  )}</ul>`;
  const button = (wish: string, isQuiet = true): Html =>
    html`<button${attribute('class', isQuiet ? 'quiet' : undefined)} name="wish" value="${wish}">${tr.t(`checks.wish.${wish.replace('-', '_')}`)}</button> `;
  const buttons = html`<p class="actions">${state === 'open' ? html`${fixes && html`${button('fix', false)}${button('fix-all')}`}${button('accept')}${button('ignore')}` : button('reopen')}</p>`;
  const on = rule.on.map((one) => tr.t(`checks.on.${one}`)).join(', ');
  const where = [rule.where?.collection, rule.where?.query].filter((one) => one !== undefined);
  return layout(context, {
    ...{ title, unlisted: true },
    main: html`<div class="account wide"><h1>${title}</h1>${alert(model.problem)}${done(model.changed === undefined ? undefined : tr.t('checks.changed', { count: model.changed }))}
<p><a href="/checks">${tr.t('checks.title')}</a></p>
${rule.says !== undefined && html`<p>${tr.nameOf(rule.says.names, rule.says.text)}</p>`}
${facts([
  [tr.t('checks.what'), [html`<code>${rule.check.kind}</code> ${pathsOf(rule)}`]],
  [tr.t('checks.where'), where],
  [tr.t('checks.when'), [on]],
  [tr.t('checks.then'), [tr.t(`checks.thens.${rule.then}`)]],
  [tr.t('checks.fix'), [tr.t(`checks.fixes.${rule.fix}`)]],
])}
${states}
${state === 'open' && findings.length > 0 && html`<p><a href="/search?p=finding:${rule.name}">${tr.t('checks.search')}</a></p>`}
${
  findings.length === 0
    ? html`<p>${tr.t('checks.nothing')}</p>`
    : form(
        context,
        address,
        html`<input type="hidden" name="state" value="${state}">${table(tr.t('checks.findings'), columns, findings, { stacks: true })}${buttons}${state === 'open' && fixes && html`<p class="small muted">${tr.t('checks.fix_hint')}</p>`}`,
      )
}
<p class="actions">${!model.isFirst && html`<a href="${address}?state=${state}">${tr.t('checks.first')}</a> `}${next !== undefined && html`<a href="${address}?state=${state}&amp;after=${String(next.record)}-${String(next.id)}">${tr.t('checks.next')}</a>`}</p></div>`,
  });
}
