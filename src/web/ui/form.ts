import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';
import type { PageContext } from './page-context.ts';

/** A form that changes something. Its token is checked before any route sees it. */
export function form(context: PageContext, action: string, content: HtmlValue, kind: 'form' | 'inline' = 'form'): Html {
  return html`<form class="${kind}" method="post" action="${action}">${formTokenField(context)}${content}</form>`;
}

export function formTokenField(context: PageContext): Html {
  return html`<input type="hidden" name="form" value="${context.formToken ?? ''}">`;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password' | 'date' | 'number';
  readonly value?: string | undefined;
  readonly autocomplete?: string;
  readonly hint?: string | undefined;
  readonly optional?: true;
  /** What is wrong with what was typed; it is read with the field. */
  readonly problem?: string | undefined;
  readonly focus?: boolean;
  readonly shortest?: number;
}

/** A label, its box, and what is read with it: what is wrong with it, and a hint. */
export function field(one: Field): Html {
  const hint = `${one.name}-hint`;
  const problem = `${one.name}-problem`;
  const described = [one.problem === undefined ? '' : problem, one.hint === undefined ? '' : hint].filter(Boolean);
  return html`<p class="field"><label for="${one.name}">${one.label}</label>
<input id="${one.name}" name="${one.name}" type="${one.type ?? 'text'}" value="${one.value ?? ''}"${attribute('autocomplete', one.autocomplete ?? 'off')}${attribute('required', one.optional !== true)}${attribute('minlength', one.shortest)}${attribute('aria-describedby', described.length === 0 ? undefined : described.join(' '))}${attribute('aria-invalid', one.problem === undefined ? undefined : 'true')}${attribute('autofocus', one.focus === true)}${attribute('autocapitalize', one.type === undefined ? 'none' : undefined)}>
${one.problem !== undefined && html`<strong class="small" id="${problem}" role="alert">${one.problem}</strong>`}
${one.hint !== undefined && html`<span class="small muted" id="${hint}">${one.hint}</span>`}</p>`;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export function select(name: string, label: string, choices: readonly Choice[], chosen: string, id = name): Html {
  return html`<p class="field"><label for="${id}">${label}</label>
<select id="${id}" name="${name}">${choices.map(
    (choice) =>
      html`<option value="${choice.value}"${attribute('selected', choice.value === chosen)}>${choice.label}</option>`,
  )}</select></p>`;
}

export function checkbox(name: string, value: string, label: HtmlValue, checked = false): Html {
  return html`<p class="check"><label><input type="checkbox" name="${name}" value="${value}"${attribute('checked', checked)}> ${label}</label></p>`;
}

/** A mistake in a form: at a field of it, or at none. */
export interface FormProblem {
  readonly text: string;
  readonly field: string | undefined;
}

/** What the form says above its fields, and what it says at one of them. */
export function placedProblem(
  problem: FormProblem | undefined,
  fields: readonly string[],
): { readonly above: string | undefined; readonly at: (field: string) => string | undefined } {
  const place = fields.find((field) => field === problem?.field);
  return {
    above: place === undefined ? problem?.text : undefined,
    at: (field) => (field === place ? problem?.text : undefined),
  };
}

/** What went wrong with a form, read out at once. */
export function alert(text: string | undefined): Html | false {
  return text !== undefined && html`<p class="alert" role="alert">${text}</p>`;
}

/** What was done. */
export function done(text: string | undefined): Html | false {
  return text !== undefined && html`<p class="done" role="status">${text}</p>`;
}
