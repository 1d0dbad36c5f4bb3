import { RangeSetBuilder } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin } from '@codemirror/view';
import { partsOf } from 'editor/line';

/** Colours of text MARC: only of the lines that are seen. */

const tag = Decoration.mark({ class: 'marc-tag' });
const indicators = Decoration.mark({ class: 'marc-indicators' });
const code = Decoration.mark({ class: 'marc-code' });
const fixed = Decoration.mark({ class: 'marc-fixed' });

function decorations(view) {
  const builder = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const parts = line.length > longest ? undefined : partsOf(line.text);
      if (parts !== undefined) {
        const add = ([start, end], mark) => end > start && builder.add(line.from + start, line.from + end, mark);
        add(parts.tagAt, tag);
        if (parts.indicators !== undefined) add(parts.indicators, indicators);
        if (parts.value !== undefined) add(parts.value, fixed);
        for (const one of parts.subfields) add([one.from, one.value[0]], code);
      }
      at = line.to + 1;
    }
  }
  return builder.finish();
}

/** A line that nobody reads needs no colours. */
const longest = 20_000;

export const marcColours = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = decorations(view);
    }
    update(update) {
      if (update.docChanged || update.viewportChanged) this.decorations = decorations(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export const marcTheme = EditorView.theme({
  '&': { border: '1px solid var(--muted)', borderRadius: '3px', backgroundColor: 'var(--paper)', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': {
    fontFamily: 'var(--mono)',
    fontSize: '0.8824rem',
    lineHeight: '1.65',
    minHeight: '14em',
    maxHeight: '70vh',
  },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 8px 0 calc(8px + 6ch)', textIndent: '-6ch' },
  '.cm-activeLine': { backgroundColor: 'var(--shade)' },
  '.cm-gutters': { backgroundColor: 'var(--paper)', color: 'var(--muted)', border: '0' },
  '.marc-tag': { fontWeight: '600' },
  '.marc-indicators': { color: 'var(--muted)' },
  '.marc-code': { color: 'var(--accent)', fontWeight: '600' },
  '.marc-fixed': { whiteSpace: 'break-spaces' },
  '.cm-panels': { backgroundColor: 'var(--shade)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-panel.cm-search': { padding: '8px', font: 'inherit' },
  '.cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label': { fontSize: '0.9rem' },
  '.cm-textfield': { backgroundColor: 'var(--paper)', border: '1px solid var(--muted)', color: 'var(--ink)' },
  '.cm-button': { background: 'var(--paper)', border: '1px solid var(--muted)', color: 'var(--ink)' },
  '.cm-searchMatch': { backgroundColor: 'var(--mark)' },
  '.cm-tooltip': { backgroundColor: 'var(--paper)', color: 'var(--ink)', border: '1px solid var(--line)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--paper)',
  },
  '.cm-completionDetail': { color: 'inherit', fontStyle: 'normal', opacity: '0.85' },
});
