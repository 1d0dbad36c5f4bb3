import { acceptCompletion, autocompletion, completionKeymap, startCompletion } from '@codemirror/autocomplete';
import {
  defaultKeymap,
  history,
  historyKeymap,
  moveLineDown,
  moveLineUp,
  temporarilySetTabFocusMode,
} from '@codemirror/commands';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { openSearchPanel, search, searchKeymap } from '@codemirror/search';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import {
  deleteSubfield,
  insertFields,
  newField,
  newSubfield,
  nextPart,
  previousPart,
  sameField,
  selectedFields,
} from 'editor/commands';
import { completions } from 'editor/complete';
import { fieldClipboard, fixedForm, showKeys } from 'editor/dialogs';
import { positionsOf } from 'editor/fixed';
import { drawHelp, helpAt, helpSays } from 'editor/help';
import { fixedValue, partsOf, withFixedValue } from 'editor/line';
import { createLive } from 'editor/live';
import { marcColours, marcTheme } from 'editor/look';

/** The editor over the text of the page. Without it the page works too: the text is its truth. */

const form = document.getElementById('editor');
const area = document.getElementById('text');
const { words, table: tableAddress } = JSON.parse(document.getElementById('editor-data').textContent);
const { tags, fixed } = await (await fetch(tableAddress)).json();

const beside = make('div', 'beside');
const status = make('p', 'state small muted');
status.setAttribute('role', 'status');
const problem = make('p', 'alert');
problem.setAttribute('role', 'alert');
problem.hidden = true;
const helpBox = make('section', 'help');
helpBox.setAttribute('aria-label', words.help);
helpBox.tabIndex = 0;
const previewBox = make('section', 'previewed');
previewBox.setAttribute('aria-label', words.preview);
previewBox.tabIndex = 0;
const othersBox = make('div', '');
const spoken = make('p', 'hidden');
spoken.setAttribute('role', 'status');

function make(name, kind) {
  const made = document.createElement(name);
  if (kind !== '') made.className = kind;
  return made;
}

const command = (work) => (view) => {
  void work(view);
  return true;
};

const keys = Prec.high(
  keymap.of([
    { key: 'Tab', run: (view) => acceptCompletion(view) || nextPart(view), shift: previousPart },
    { key: 'Enter', run: (view) => newField(view) },
    { key: 'Mod-Enter', run: sameField },
    { key: 'Mod-d', run: (view) => newSubfield(view) && startCompletion(view) },
    { key: 'Mod-Shift-x', run: deleteSubfield },
    { key: 'Alt-ArrowUp', run: moveLineUp },
    { key: 'Alt-ArrowDown', run: moveLineDown },
    { key: 'Mod-s', run: command(save) },
    { key: 'Mod-k', run: command(clipboard) },
    { key: 'Mod-f', run: openSearchPanel },
    { key: 'F1', run: command(() => showKeys(words).then(() => view.focus())), shift: sayHelp },
    { key: 'F2', run: command(fixedField) },
  ]),
);

/** Whatever else Escape closes: for a moment Tab leaves the text. */
const leave = {
  key: 'Escape',
  run: (view) => {
    temporarilySetTabFocusMode(view);
    return false;
  },
};

/** What CodeMirror says, by its own words. */
const phrases = {
  Find: words.search.find,
  Replace: words.search.replace,
  next: words.search.next,
  previous: words.search.previous,
  all: words.search.all,
  'match case': words.search.case,
  regexp: words.search.regexp,
  'by word': words.search.word,
  replace: words.search.replaceOne,
  'replace all': words.search.replaceAll,
  close: words.close,
  'Control character': words.search.control,
  Completions: words.completions,
  Diagnostics: words.remarks,
  'No diagnostics': words.noRemarks,
};

const view = new EditorView({
  state: EditorState.create({
    // The last line needs no end of its own.
    doc: area.value.replace(/\n$/, ''),
    extensions: [
      EditorView.cspNonce.of(document.querySelector('script[nonce]').nonce),
      EditorState.phrases.of(phrases),
      // Completions take Enter first, but only after an arrow has chosen one.
      Prec.highest(keymap.of([leave, ...completionKeymap])),
      keys,
      keymap.of([...searchKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap]),
      history({ minDepth: 1_000_000 }),
      search({ top: true }),
      autocompletion({
        override: [completions(tags)],
        selectOnOpen: false,
        interactionDelay: 0,
        defaultKeymap: false,
        activateOnTypingDelay: 60,
      }),
      lintGutter(),
      lineNumbers(),
      highlightActiveLine(),
      EditorView.lineWrapping,
      marcColours,
      marcTheme,
      EditorView.contentAttributes.of({
        'aria-label': document.querySelector('label[for=text]').textContent,
        'aria-describedby': 'text-hint',
        dir: 'ltr',
        spellcheck: 'false',
        autocapitalize: 'none',
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) live.changed(update.state.doc.length);
        if (update.docChanged || update.selectionSet) showHelp();
      }),
    ],
  }),
});

let helpWaits = false;
/** By the browser, which shows what comes. */
let submitting = false;

const textOf = () => view.state.doc.toString();

const live = createLive({
  ...{ form, words, textOf },
  show: {
    state: (text) => {
      status.textContent = text;
    },
    saved: (text) => {
      problem.hidden = true;
      status.textContent = text;
    },
    problem: (text) => {
      problem.hidden = false;
      problem.textContent = text;
      status.textContent = '';
    },
    others: (markup) => {
      if (othersBox.innerHTML !== markup) othersBox.innerHTML = markup;
    },
    looked,
    submit: () => {
      submitting = true;
      form.requestSubmit(form.querySelector('button[value=save]'));
    },
  },
});

function looked({ findings, preview }) {
  const { doc } = view.state;
  const diagnostics = findings
    .filter(({ line }) => line <= doc.lines)
    .map(({ line, column, refuses, says }) => {
      const { from, to } = doc.line(line);
      return { from: Math.min(to, from + column - 1), to, severity: refuses ? 'error' : 'warning', message: says };
    });
  view.dispatch(setDiagnostics(view.state, diagnostics));
  if (preview !== undefined) previewBox.innerHTML = preview;
}

function showHelp() {
  if (helpWaits) return;
  helpWaits = true;
  requestAnimationFrame(() => {
    helpWaits = false;
    const help = helpAt(view.state, tags, words);
    drawHelp(helpBox, help, words);
    const here = helpBox.querySelector('[aria-current]');
    if (here !== null) helpBox.scrollTop = Math.max(0, here.offsetTop - helpBox.offsetTop - helpBox.clientHeight / 2);
    const value = fixedValue(currentLine().text);
    if (value !== undefined && positions() !== undefined) {
      const button = make('button', 'quiet');
      button.type = 'button';
      button.textContent = words.form;
      button.addEventListener('click', () => void fixedField());
      helpBox.append(button);
    }
  });
}

function sayHelp() {
  spoken.textContent = helpSays(helpAt(view.state, tags, words), words);
  return true;
}

const currentLine = () => view.state.doc.lineAt(view.state.selection.main.head);

function leader() {
  for (let number = 1; number <= view.state.doc.lines; number++) {
    const { text } = view.state.doc.line(number);
    if (text.startsWith('=LDR')) return fixedValue(text) ?? '';
  }
  return '';
}

function positions() {
  const { text } = currentLine();
  const tag = partsOf(text)?.tag;
  return tag === undefined ? undefined : positionsOf(fixed, tag, fixedValue(text) ?? '', leader());
}

async function fixedField() {
  const line = currentLine();
  const found = positions();
  if (found === undefined) return;
  const made = await fixedForm(
    words,
    `${partsOf(line.text).tag} ${found.name}`,
    fixedValue(line.text),
    found.positions,
  );
  if (made !== undefined)
    view.dispatch({ changes: { from: line.from, to: line.to, insert: withFixedValue(line.text, made) } });
  view.focus();
}

async function clipboard() {
  const text = await fieldClipboard(words, selectedFields(view));
  if (text !== undefined) insertFields(view, text);
  view.focus();
}

async function save() {
  await live.save();
}

// Only what is drawn is in the page, so its own search would miss the rest.
area.hidden = true;
area.before(othersBox, problem, view.dom);
document.querySelector('.editor > .note')?.remove();
form.append(status, spoken);
form.after(beside);
beside.append(helpBox, previewBox);
for (const name of ['check', 'preview', 'draft']) form.querySelector(`button[value=${name}]`).hidden = true;
const keysButton = make('button', 'quiet');
keysButton.type = 'button';
keysButton.textContent = `${words.keysTitle} (F1)`;
keysButton.addEventListener('click', () => void showKeys(words).then(() => view.focus()));
form.querySelector('.buttons').append(keysButton);
document.querySelector('label[for=text]').removeAttribute('for');
form.addEventListener('submit', (event) => {
  area.value = textOf();
  if (event.submitter?.value === 'save' && !submitting) {
    event.preventDefault();
    void save();
  } else live.leaving();
});
document.querySelector('.editor').classList.add('with-script');
view.focus();
showHelp();
void live.look();
// For tests and benchmarks: the page is ready, and this is it.
document.documentElement.dataset.editorAt = String(Math.round(performance.now()));
document.documentElement.dataset.editor = 'ready';
Object.assign(globalThis, { reperioEditor: view });
