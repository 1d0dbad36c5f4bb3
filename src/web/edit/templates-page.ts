import type { Template } from '../../cataloguing/templates.ts';
import { html } from '../../html/html.ts';
import { alert, checkbox, done, field, form, formTokenField } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { keyField } from './gone-page.ts';

export type ListedTemplate = Template & { readonly changes: boolean };

export function templatesPage(
  context: PageContext,
  templates: readonly ListedTemplate[],
  said: string | undefined,
): string {
  const { tr } = context;
  const title = tr.t('edit.templates.title');
  const columns: readonly Column<ListedTemplate>[] = [
    {
      head: tr.t('edit.templates.name'),
      cell: ({ id, name, shared }) =>
        html`<a href="/record/new?template=${id}"><bdi>${name}</bdi></a>${shared && html` <span class="muted">${tr.t('edit.templates.shared')}</span>`}`,
    },
    {
      head: tr.t('edit.templates.change'),
      cell: ({ id, name, changes }) =>
        changes &&
        html`<a href="/edit/templates?change=${id}">${tr.t('edit.templates.change')}<span class="hidden">: ${name}</span></a>`,
    },
    {
      head: tr.t('edit.templates.remove'),
      cell: ({ id, name, changes }) =>
        changes &&
        form(
          context,
          '/edit/templates',
          html`<input type="hidden" name="template" value="${id}"><button class="quiet" name="do" value="remove">${tr.t('edit.templates.remove')}<span class="hidden">: ${name}</span></button>`,
          'inline',
        ),
    },
  ];
  return layout(context, {
    ...{ title, unlisted: true },
    main: html`<div class="editor"><header><h1>${title}</h1><p class="actions"><a href="/edit">${tr.t('edit.overview')}</a> <a href="/edit/templates?change=new">${tr.t('edit.templates.new')}</a></p></header>
${done(said)}<p>${tr.t('edit.templates.says', placeholders)}</p>
${templates.length === 0 ? html`<p class="muted">${tr.t('edit.templates.none')}</p>` : table(title, columns, templates, { stacks: true })}</div>`,
  });
}

/** They stand in the sentence as they are. */
const placeholders = { today: '{today}', today8: '{today8}', me: '{me}' };

export function templatePage(
  context: PageContext,
  { id, name, text, shared }: Pick<Template, 'id' | 'name' | 'text' | 'shared'>,
  problem?: string,
): string {
  const { tr } = context;
  const title = id === 0 ? tr.t('edit.templates.new') : tr.t('edit.templates.change');
  return layout(context, {
    ...{ title, unlisted: true },
    main: html`<div class="editor"><header><h1>${title}</h1><p class="actions"><a href="/edit/templates">${tr.t('edit.templates.title')}</a></p></header>
${alert(problem)}<p>${tr.t('edit.templates.says', placeholders)}</p>
<form class="editor-form" method="post" action="/edit/templates">${formTokenField(context)}${keyField()}<input type="hidden" name="template" value="${id}">
${field({ name: 'name', label: tr.t('edit.templates.name'), value: name })}
<label for="text">${tr.t('edit.text')}</label>
<textarea id="text" name="text" rows="16" wrap="soft" dir="ltr" spellcheck="false" autocomplete="off">
${text}</textarea>
${checkbox('shared', '1', tr.t('edit.templates.share'), shared)}
<p class="buttons"><button>${tr.t('edit.templates.save')}</button></p></form></div>`,
  });
}
