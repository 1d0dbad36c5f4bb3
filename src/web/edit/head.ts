import { randomBytes } from 'node:crypto';
import { attribute, type Html, html, jsonScript, raw } from '../../html/html.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { PageContext } from '../ui/page-context.ts';
import { scriptFiles } from './script-files.ts';

/**
 * What makes the text an editor: the modules by an import map, which the policy allows by a nonce,
 * and the words. CodeMirror writes its styles into the page, which the nonce allows too.
 */
export function editorHead({ page, reply }: Exchange): Html {
  const { imports, main, tables } = scriptFiles();
  const nonce = randomBytes(16).toString('base64');
  const policy = securityHeaders['content-security-policy']!;
  reply.header(
    'content-security-policy',
    policy
      .replace("script-src 'self'", `script-src 'self' 'nonce-${nonce}'`)
      .replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`),
  );
  const map = JSON.stringify({ imports }).replaceAll('<', '\\u003c');
  const data = { table: tables.get(page.tr.language) ?? tables.get('en')!, words: scriptWords(page) };
  return html`<script type="importmap"${attribute('nonce', nonce)}>${raw(map)}</script>
${Object.values(imports).map(
  (address) => html`<link rel="modulepreload" href="${address}">
`,
)}${jsonScript('application/json', data, 'editor-data')}
<script type="module" src="${main}"></script>`;
}

const plainWords = [
  'saving',
  'kept',
  'notKept',
  'notSaved',
  'away',
  'help',
  'preview',
  'form',
  'close',
  'take',
  'clipboard',
  'copyFields',
  'insertFields',
  'keysTitle',
  'unknownTag',
  'repeats',
  'once',
  'indicator',
  'subfield',
  'completions',
  'remarks',
  'noRemarks',
];
const searchWords = [
  'find',
  'replace',
  'next',
  'previous',
  'all',
  'case',
  'regexp',
  'word',
  'replaceOne',
  'replaceAll',
  'control',
];
const keyNames: readonly (readonly [keys: string, name: string])[] = [
  ['Tab / Shift+Tab', 'parts'],
  ['Enter', 'field'],
  ['Ctrl+Enter', 'same'],
  ['Ctrl+D', 'subfield'],
  ['Ctrl+Shift+X', 'delete'],
  ['Alt+↑ / Alt+↓', 'move'],
  ['↓ Enter', 'choose'],
  ['Ctrl+Space', 'complete'],
  ['F2', 'form'],
  ['Shift+F1', 'say'],
  ['F8', 'remark'],
  ['Ctrl+Shift+M', 'remarks'],
  ['Ctrl+S', 'save'],
  ['Ctrl+K', 'clipboard'],
  ['Ctrl+Z / Ctrl+Y', 'undo'],
  ['Ctrl+F', 'find'],
  ['Escape, Tab', 'leave'],
  ['F1', 'keys'],
];

/** What the script says, in the reader's language. */
function scriptWords({ tr }: PageContext): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(plainWords.map((name) => [name, tr.t(`edit.script.${name}`)])),
    search: Object.fromEntries(searchWords.map((name) => [name, tr.t(`edit.script.search.${name}`)])),
    keys: keyNames.map(([keys, name]) => [keys, tr.t(`edit.script.keys.${name}`)]),
  };
}
