import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';

export interface MenuItem {
  readonly label: string;
  readonly href: string;
  readonly current?: boolean;
  readonly type?: string;
  /** A heading above it and those that follow. */
  readonly heading?: string;
}

/**
 * Links behind a word; open and closed by the browser alone, and by Escape where scripts run.
 * `more`: what stands below them.
 */
export function menu(label: string, items: readonly MenuItem[], more?: HtmlValue): Html {
  return html`<details class="menu"><summary>${label}</summary><div class="sheet"><ul class="plain">${items.map(
    (item) =>
      html`${item.heading !== undefined && html`<li class="heading">${item.heading}</li>`}<li><a href="${item.href}"${attribute('aria-current', item.current === true ? 'true' : undefined)}${attribute('type', item.type)}>${item.label}</a></li>`,
  )}</ul>${more}</div></details>`;
}
