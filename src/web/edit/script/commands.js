import { isolateHistory } from '@codemirror/commands';
import { EditorSelection } from '@codemirror/state';
import { completedLine, likeLine, stopAt, stopsOf, subfieldAt } from 'editor/line';

/**
 * What keys of the editor do to fields. Each is a command of CodeMirror: true when it did
 * something.
 */

/** Undone by itself, not with what was typed before. */
const apart = isolateHistory.of('full');

export function nextPart(view) {
  const { state } = view;
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  const whole = completedLine(line.text);
  if (whole !== undefined && whole !== line.text) {
    const stop = stopsOf(whole)[1] ?? [whole.length, whole.length];
    view.dispatch({
      changes: { from: line.from, to: line.to, insert: whole },
      selection: { anchor: line.from + stop[0], head: line.from + stop[1] },
      userEvent: 'input.complete',
    });
    return true;
  }
  const stops = stopsOf(line.text);
  const stop = stops[stopAt(stops, state.selection.main, line.from) + 1];
  if (stop !== undefined) return select(view, line.from, stop);
  if (line.number === state.doc.lines) return newField(view);
  const below = state.doc.line(line.number + 1);
  return select(view, below.from, stopsOf(below.text)[0]);
}

export function previousPart(view) {
  const { state } = view;
  const line = state.doc.lineAt(state.selection.main.from);
  const stops = stopsOf(line.text);
  const stop = stops[stopAt(stops, state.selection.main, line.from) - 1];
  if (stop !== undefined) return select(view, line.from, stop);
  if (line.number === 1) return select(view, line.from, stops[0]);
  const above = state.doc.line(line.number - 1);
  return select(view, above.from, stopsOf(above.text).at(-1));
}

function select(view, base, [from, to]) {
  view.dispatch({ selection: { anchor: base + from, head: base + to }, scrollIntoView: true, userEvent: 'select' });
  return true;
}

/** Below this one; a field is never cut in two. */
export function newField(view, text = '') {
  const line = view.state.doc.lineAt(view.state.selection.main.to);
  // One that is empty is a new one already.
  const insert = line.length === 0 ? text : `\n${text}`;
  view.dispatch({
    changes: { from: line.to, insert },
    selection: { anchor: line.to + insert.length },
    scrollIntoView: true,
    annotations: apart,
    userEvent: 'input.field',
  });
  return true;
}

export function sameField(view) {
  const line = view.state.doc.lineAt(view.state.selection.main.to);
  return newField(view, likeLine(line.text));
}

/** Behind the one that the cursor is in; its code is typed next. */
export function newSubfield(view) {
  const { state } = view;
  const line = state.doc.lineAt(state.selection.main.head);
  const delimiter = line.text.startsWith('=') ? '$' : '$$';
  const here = subfieldAt(line.text, state.selection.main.head - line.from);
  const at = line.from + (here === undefined ? line.text.length : here.value[1]);
  view.dispatch({
    changes: { from: at, insert: delimiter },
    selection: { anchor: at + delimiter.length },
    scrollIntoView: true,
    annotations: apart,
    userEvent: 'input.type.subfield',
  });
  return true;
}

export function deleteSubfield(view) {
  const { state } = view;
  const line = state.doc.lineAt(state.selection.main.head);
  const here = subfieldAt(line.text, state.selection.main.head - line.from);
  if (here === undefined) return false;
  view.dispatch({
    changes: { from: line.from + here.from, to: line.from + here.value[1] },
    selection: EditorSelection.cursor(line.from + here.from),
    annotations: apart,
    userEvent: 'delete.subfield',
  });
  return true;
}

/** The whole lines of the selection. */
export function selectedFields({ state }) {
  const { from, to } = state.selection.main;
  const [first, last] = [state.doc.lineAt(from), state.doc.lineAt(to)];
  return state.sliceDoc(first.from, last.to);
}

export function insertFields(view, text) {
  const line = view.state.doc.lineAt(view.state.selection.main.to);
  const insert = line.text === '' ? text : `\n${text}`;
  view.dispatch({
    changes: { from: line.to, insert },
    selection: { anchor: line.to + insert.length },
    scrollIntoView: true,
    annotations: apart,
    userEvent: 'input.paste',
  });
}
