import { html } from '../../html/html.ts';
import { form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type AdminTab, adminPage } from './frame.ts';

/** What cannot be undone is asked once more. */
export function removalPage(
  context: PageContext,
  model: {
    readonly tab: AdminTab;
    readonly name: string;
    readonly text: string;
    readonly action: string;
    readonly back: string;
  },
): string {
  const { tr } = context;
  return adminPage(
    context,
    model.tab,
    model.name,
    html`<p>${model.text}</p>
${form(context, model.action, html`<input type="hidden" name="sure" value="yes"><button>${tr.t('admin.remove')}</button>`)}
<p><a href="${model.back}">${tr.t('admin.keep')}</a></p>`,
  );
}
