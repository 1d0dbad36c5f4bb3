import { html } from '../../html/html.ts';
import { type KnowledgeBase, knowledgeKinds } from '../../knowledge/base.ts';
import type { KnowledgeUse } from '../../knowledge/uses.ts';
import { alert, done, field, form, select } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { placesText, usesText } from './texts.ts';

export interface ListedBase {
  readonly base: KnowledgeBase;
  readonly uses: readonly KnowledgeUse[];
}

export function basesPage(context: PageContext, bases: readonly ListedBase[], said: string | undefined): string {
  const { tr } = context;
  const title = tr.t('kb.title');
  const columns: readonly Column<ListedBase>[] = [
    {
      head: tr.t('kb.name'),
      cell: ({ base: { name } }) => html`<a href="/kb/${encodeURIComponent(name)}"><bdi>${name}</bdi></a>`,
    },
    { head: tr.t('kb.kind'), cell: ({ base }) => tr.t(`kb.kinds.${base.kind}`) },
    { head: tr.t('kb.description'), cell: ({ base }) => html`<bdi>${base.description}</bdi>` },
    {
      head: tr.t('kb.entries'),
      number: true,
      cell: ({ base: { kind, entries } }) => (kind === 'dynamic' ? '' : tr.number(entries)),
    },
    {
      head: tr.t('kb.used'),
      cell: ({ base, uses }) => [usesText(context, uses), placesText(context, base)].filter(Boolean).join('; '),
    },
  ];
  return layout(context, {
    ...{ title, unlisted: true },
    main: html`<div class="account wide"><h1>${title}</h1>${done(said)}<p>${tr.t('kb.says')}</p>
<p class="actions"><a href="/kb/new">${tr.t('kb.new')}</a></p>
${bases.length === 0 ? html`<p class="muted">${tr.t('kb.none')}</p>` : table(title, columns, bases, { stacks: true })}</div>`,
  });
}

/** What somebody has typed. */
export interface NewBase {
  readonly name: string;
  readonly kind: string;
  readonly description: string;
  readonly path: string;
  readonly question: string;
}

export function newBasePage(context: PageContext, typed: NewBase, problem: string | undefined): string {
  const { tr } = context;
  const title = tr.t('kb.new');
  const kinds = knowledgeKinds.map((kind) => ({ value: kind, label: tr.t(`kb.kinds_long.${kind}`) }));
  return layout(context, {
    ...{ title, unlisted: true },
    main: html`<div class="account"><h1>${title}</h1>${alert(problem)}<p><a href="/kb">${tr.t('kb.title')}</a></p>
${form(
  context,
  '/kb',
  html`${field({ name: 'name', label: tr.t('kb.name'), value: typed.name, hint: tr.t('kb.name_hint') })}
${select('kind', tr.t('kb.kind'), kinds, typed.kind)}
${field({ name: 'description', label: tr.t('kb.description'), value: typed.description, optional: true })}
<fieldset><legend>${tr.t('kb.of_dynamic')}</legend>${field({ name: 'path', label: tr.t('kb.path'), value: typed.path, optional: true, hint: tr.t('kb.path_hint') })}
${field({ name: 'question', label: tr.t('kb.question'), value: typed.question, optional: true, hint: tr.t('kb.question_hint') })}</fieldset>
<p><button>${tr.t('kb.make')}</button></p>`,
)}</div>`,
  });
}
