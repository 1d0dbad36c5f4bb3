import { html } from '../../html/html.ts';
import type { SitePage } from '../../site/site.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { emptyBox, searchBox } from '../ui/search-box.ts';
import { markdown } from './markdown.ts';

/** A page of the library's own, as the site file says it. */
export function ownPage(context: PageContext, { slug, title, text }: SitePage): string {
  const { tr, baseUrl } = context;
  const heading = tr.nameOf(title.names, title.text);
  return layout(context, {
    title: heading,
    head: html`<link rel="canonical" href="${baseUrl}/pages/${slug}">`,
    find: searchBox(context, emptyBox),
    main: html`<article class="prose"><h1>${heading}</h1>
${markdown(tr.nameOf(text.names, text.text))}</article>`,
  });
}
