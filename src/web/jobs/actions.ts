import { type Html, html } from '../../html/html.ts';
import type { JobView } from '../../jobs/queue/job.ts';
import { leastAsked, mostAsked } from '../../jobs/queue/read-when.ts';
import type { JobWish } from '../../jobs/queue/wishes.ts';
import { form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';

/** A button for each thing that may be wanted of a job. */
export function jobButtons(context: PageContext, action: string, wishes: readonly JobWish[]): Html {
  const { tr } = context;
  const button = (wish: JobWish): Html =>
    form(
      context,
      action,
      html`<button class="quiet" name="wish" value="${wish}">${tr.t(`admin.jobs.wish.${wish.replace('-', '_')}`)}</button>`,
      'inline',
    );
  return html`<p>${wishes.map((wish) => html`${button(wish)} `)}</p>`;
}

export function priorityForm(context: PageContext, action: string, job: JobView): Html | false {
  const { tr } = context;
  return (
    job.ended === null &&
    form(
      context,
      action,
      html`<label for="priority">${tr.t('admin.jobs.priority')}</label>
<input id="priority" name="priority" type="number" min="${leastAsked}" max="${mostAsked}" value="${job.priority}" required>
<button class="quiet" name="wish" value="priority">${tr.t('admin.jobs.set_priority')}</button>`,
      'inline',
    )
  );
}
