import { sortedCodes } from 'editor/help';
import { partsOf, subfieldAt } from 'editor/line';

/** What may be meant by what is typed: tags and codes of the table, values of the index. */

export function completions(table) {
  return async (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const offset = context.pos - line.from;
    const before = line.text.slice(0, offset);
    if (/^[0-9A-Za-z]{1,3}$/.test(before) && line.text.length <= 3) return tags(table, line, before);
    const parts = partsOf(line.text);
    if (parts === undefined || parts.control) return null;
    if (before.endsWith(parts.delimiter) || (context.explicit && offset <= parts.start))
      return codes(table, parts, context.pos);
    const subfield = subfieldAt(line.text, offset);
    if (subfield === undefined || offset < subfield.value[0]) return null;
    const typed = line.text.slice(subfield.value[0], offset);
    if (typed.trim().length < 2) return null;
    return await values(context, line, subfield, parts.tag, typed);
  };
}

function tags(table, line, typed) {
  const options = Object.entries(table)
    .filter(([tag]) => tag.startsWith(typed))
    .map(([tag, { n }]) => ({ label: tag, detail: n }));
  return { from: line.from, options, filter: false };
}

function codes(table, { tag }, from) {
  const options = sortedCodes(table[tag]?.s).map(([code, name]) => ({ label: code, detail: name }));
  return options.length === 0 ? null : { from, options, filter: false };
}

async function values(context, line, subfield, tag, typed) {
  const abort = new AbortController();
  context.addEventListener('abort', () => abort.abort());
  const path = `${tag}%%${subfield.code}`;
  try {
    const answer = await fetch(`/edit/suggest?${new URLSearchParams({ path, q: typed })}`, { signal: abort.signal });
    if (!answer.ok) return null;
    const { values: found } = await answer.json();
    const options = found.map(({ text, count, key, base }) => ({ label: text, detail: detailOf(count, key, base) }));
    const [from, to] = subfield.value;
    return options.length === 0 ? null : { from: line.from + from, to: line.from + to, options, filter: false };
  } catch {
    return null;
  }
}

/**
 * Of a value of a knowledge base what was found there, and where; else how many records have it.
 */
function detailOf(count, key, base) {
  if (base === undefined) return String(count);
  return [key, count, base].filter((part) => part !== undefined).join(' · ');
}
