import { type HtmlValue, html } from '../../html/html.ts';
import { layout } from './layout.ts';
import type { PageContext } from './page-context.ts';
import { emptyBox, searchBox } from './search-box.ts';

export interface Message {
  readonly title: string;
  readonly paragraphs: readonly HtmlValue[];
  /** There is nothing to be found. */
  readonly withoutSearch?: boolean;
}

/** A page that says what happened, to what, and what to do: 404, 410, 500 and their like. */
export function messagePage(context: PageContext, message: Message): string {
  return layout(context, {
    title: message.title,
    unlisted: true,
    main: html`<div class="message"><h1>${message.title}</h1>
${message.paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
${message.withoutSearch !== true && searchBox(context, emptyBox)}</div>`,
  });
}
