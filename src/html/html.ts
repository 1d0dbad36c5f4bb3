/**
 * HTML as a tagged template that escapes by default:
 *
 *   html`<p class="${name}">${text} ${list.map((one) => html`<b>${one}</b>`)}</p>`
 *
 * A string or number is escaped (for element content and quoted attributes alike); a piece of HTML
 * is taken as it is; a list is joined; undefined, null and false are nothing, so `${condition &&
 * html`...`}` works. Attribute values must stand in quotes.
 */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type HtmlValue = Html | string | number | bigint | false | null | undefined | readonly HtmlValue[];

export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0]!;
  for (let i = 0; i < values.length; i++) text += render(values[i]) + strings[i + 1]!;
  return new Html(text);
}

/**
 * Markup that is known to be safe: a stylesheet's name is no reason to use it, a file of ours is.
 */
export function raw(text: string): Html {
  return new Html(text);
}

export const nothing = new Html('');

export function join(parts: readonly HtmlValue[], separator: HtmlValue): Html {
  return new Html(parts.map(render).join(render(separator)));
}

/**
 * An attribute with its blank, or nothing when the value is undefined or false; true is an
 * attribute without value.
 */
export function attribute(name: string, value: string | number | boolean | undefined): Html {
  if (value === undefined || value === false) return nothing;
  return new Html(value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`);
}

/** JSON inside a script element, where "</script>" and "<!--" would end or comment it. */
export function jsonScript(type: string, value: unknown, id?: string): Html {
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Html(`<script type="${escapeHtml(type)}"${attribute('id', id).text}>${text}</script>`);
}

function render(value: HtmlValue): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) {
    let text = '';
    for (const part of value as readonly HtmlValue[]) text += render(part);
    return text;
  }
  if (value === undefined || value === null || value === false) return '';
  return String(value);
}

const special = /[&<>"'\0]/;
const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\0': '\uFFFD',
};

export function escapeHtml(text: string): string {
  return special.test(text) ? text.replace(/[&<>"'\0]/g, (character) => replacements[character]!) : text;
}
