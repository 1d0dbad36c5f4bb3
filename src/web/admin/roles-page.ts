import { attribute, type Html, html } from '../../html/html.ts';
import { grantText } from '../../people/explain.ts';
import type { Role } from '../../people/roles.ts';
import type { RuleProblem } from '../../people/rules/problem.ts';
import { actions } from '../../site/actions.ts';
import { alert, done, field, form, formTokenField } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import type { Translator } from '../ui/translations.ts';
import { adminPage } from './frame.ts';

export function rolesPage(
  context: PageContext,
  model: { readonly roles: readonly Role[]; readonly done: string | undefined },
): string {
  const { tr } = context;
  const columns: readonly Column<Role>[] = [
    {
      head: tr.t('admin.role'),
      cell: ({ name }) => html`<a href="/admin/roles/${encodeURIComponent(name)}">${name}</a>`,
    },
    { head: tr.t('admin.origin'), cell: ({ origin }) => tr.t(`admin.origins.${origin}`) },
    { head: tr.t('admin.may'), cell: ({ may }) => (may === 'everything' ? [may] : may.map(grantText)).join('; ') },
    {
      head: tr.t('admin.rules'),
      cell: ({ rules }) => (rules.length === 0 ? '' : tr.t('admin.rule_lines', { count: rules.length })),
    },
    {
      head: tr.t('admin.members'),
      cell: ({ name }) =>
        html`<a href="/admin/people?${String(new URLSearchParams({ role: name }))}">${tr.t('admin.show')}<span class="hidden"> ${name}</span></a>`,
    },
  ];
  return adminPage(
    context,
    'roles',
    tr.t('admin.tab.roles'),
    html`${done(model.done)}<p><a href="/admin/roles/new">${tr.t('admin.add_role')}</a></p>
${model.roles.length > 0 && table(tr.t('admin.tab.roles'), columns, model.roles)}`,
  );
}

export interface RoleModel {
  /** Undefined: a new one. */
  readonly name: string | undefined;
  readonly typedName: string;
  readonly origin: Role['origin'];
  readonly description: string;
  readonly may: string;
  readonly rules: string;
  readonly mayProblems: readonly RuleProblem[];
  readonly rulesProblems: readonly RuleProblem[];
  /** Names in its rules that nobody has yet. */
  readonly nobody: readonly string[];
  readonly problem: string | undefined;
  readonly done: string | undefined;
}

export function rolePage(context: PageContext, model: RoleModel): string {
  const { tr } = context;
  const title = model.name ?? tr.t('admin.add_role');
  const fixed = model.origin === 'site';
  const action = model.name === undefined ? '/admin/roles' : `/admin/roles/${encodeURIComponent(model.name)}`;
  const content = html`${model.name === undefined && field({ name: 'name', label: tr.t('admin.role'), value: model.typedName, focus: true })}
${!fixed && field({ name: 'description', label: tr.t('admin.description'), value: model.description, optional: true })}
${area(context, { name: 'may', label: tr.t('admin.may'), hint: tr.t('admin.may_hint'), value: model.may, problems: model.mayProblems, rows: 6, fixed })}
${area(context, { name: 'rules', label: tr.t('admin.rules'), hint: tr.t('admin.rules_hint'), value: model.rules, problems: model.rulesProblems, rows: 10, fixed })}`;
  return adminPage(
    context,
    'roles',
    title,
    html`${done(model.done)}${alert(model.problem)}
${model.nobody.length > 0 && html`<p class="alert">${tr.t('admin.rule_nobody', { names: model.nobody.join(', ') })}</p>`}
${fixed && html`<p>${tr.t('admin.role_fixed')}</p>`}
${
  fixed
    ? html`<div class="form wide">${content}</div>`
    : html`<form class="form wide" method="post" action="${action}">${formTokenField(context)}${content}<button>${tr.t('account.save')}</button></form>`
}
<details class="tools"><summary>${tr.t('admin.actions')}</summary><ul>${Object.entries(actions).map(
      ([name, keys]) => html`<li><code>${[name, ...keys.map((key) => `${key}=…`)].join(' ')}</code></li>`,
    )}</ul></details>
${
  model.name !== undefined &&
  html`<p><a href="/admin/people?${String(new URLSearchParams({ role: model.name }))}">${tr.t('admin.show_members')}</a></p>
${!fixed && form(context, `${action}/remove`, html`<button class="quiet">${tr.t('admin.remove_role')}</button>`, 'inline')}`
}`,
  );
}

interface Area {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly problems: readonly RuleProblem[];
  readonly rows: number;
  readonly fixed: boolean;
}

/** A text of lines, with what is wrong in which of them. */
function area(context: PageContext, { name, label, hint, value, problems, rows, fixed }: Area): Html {
  const described = `${name}-hint${problems.length > 0 ? ` ${name}-problems` : ''}`;
  return html`<p class="field"><label for="${name}">${label}</label>
<textarea id="${name}" name="${name}" rows="${rows}" spellcheck="false" autocapitalize="none" aria-describedby="${described}"${attribute('aria-invalid', problems.length > 0 ? 'true' : undefined)}${attribute('readonly', fixed)}>
${value}</textarea>
<span class="small muted" id="${name}-hint">${hint}</span></p>
${
  problems.length > 0 &&
  html`<ul class="alert" role="alert" id="${name}-problems">${problems.map(
    (one) => html`<li>${context.tr.t('admin.line', { line: one.line })} ${ruleProblemText(context.tr, one)}</li>`,
  )}</ul>`
}`;
}

/** What is wrong with a line, and what was perhaps meant. */
export function ruleProblemText(tr: Translator, { kind, values, near }: RuleProblem): string {
  const text = tr.t(`admin.problem.${kind}`, values);
  return near === undefined ? text : `${text} ${tr.t('admin.problem_near', { near })}`;
}
