import { partsOf, subfieldAt } from 'editor/line';

/** What the tag, indicators and subfield at the cursor mean, from the table of MARC 21. */

export function helpAt(state, table, words) {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  const parts = partsOf(line.text);
  const tag = parts?.tag ?? /^=?([0-9A-Za-z]{3})/.exec(line.text)?.[1];
  if (tag === undefined) return undefined;
  const entry = table[tag];
  if (entry === undefined)
    return { tag, name: words.unknownTag, repeats: undefined, indicators: [], subfields: [], code: undefined };
  const offset = head - line.from;
  const code = parts?.control === false ? subfieldAt(line.text, offset)?.code : undefined;
  const subfields = sortedCodes(entry.s).map(([one, name]) => ({ code: one, name, here: one === code }));
  const indicators = ['i1', 'i2'].flatMap((one, at) =>
    entry[one] === undefined ? [] : [{ place: at + 1, says: entry[one], value: indicatorAt(line.text, parts, at) }],
  );
  return { tag, name: entry.n, repeats: entry.r, indicators, subfields, code };
}

/** Letters first. */
export function sortedCodes(codes = {}) {
  const rank = ([code]) => (/\d/.test(code) ? `~${code}` : code);
  return Object.entries(codes).sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function indicatorAt(line, parts, at) {
  return parts?.indicators === undefined ? '' : line.charAt(parts.indicators[0] + at);
}

export function drawHelp(place, help, words) {
  place.replaceChildren();
  if (help === undefined) return;
  const element = (name, text, kind) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind !== undefined) made.className = kind;
    return made;
  };
  const heading = element('p', '');
  heading.append(element('b', help.tag), ` ${help.name}`);
  if (help.repeats !== undefined)
    heading.append(' ', element('span', help.repeats ? words.repeats : words.once, 'muted'));
  place.append(heading);
  for (const { place: at, says, value } of help.indicators) {
    const line = element('p', '', 'small');
    line.append(element('b', `${words.indicator} ${at}`), ` ${value === '' ? '' : `(${value}) `}${says}`);
    place.append(line);
  }
  if (help.subfields.length === 0) return;
  const list = element('ul', '', 'codes small');
  for (const { code, name, here } of help.subfields) {
    const item = element('li', '');
    if (here) item.setAttribute('aria-current', 'true');
    item.append(element('b', `$${code}`), ` ${name}`);
    list.append(item);
  }
  place.append(list);
}

/** The same in one sentence, to be read out. */
export function helpSays(help, words) {
  if (help === undefined) return '';
  const subfield = help.subfields.find(({ here }) => here);
  return `${help.tag} ${help.name}.${subfield === undefined ? '' : ` ${words.subfield} ${subfield.code}: ${subfield.name}.`}`;
}
