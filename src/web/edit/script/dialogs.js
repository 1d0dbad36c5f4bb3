/** Dialogs of the editor: all keys, the clipboard of fields, the form of a fixed field. */

const clipboardKey = 'reperio-fields';
const mostClips = 20;

function open(title, words, fill) {
  const dialog = document.createElement('dialog');
  dialog.className = 'editor-dialog';
  const heading = document.createElement('h2');
  heading.id = 'dialog-title';
  heading.textContent = title;
  dialog.setAttribute('aria-labelledby', heading.id);
  dialog.append(heading);
  fill(dialog);
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'quiet';
  close.textContent = words.close;
  close.addEventListener('click', () => dialog.close());
  dialog.append(close);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    dialog.showModal();
  });
}

export function showKeys(words) {
  return open(words.keysTitle, words, (dialog) => {
    const list = document.createElement('dl');
    list.className = 'keys';
    for (const [keys, says] of words.keys) {
      const key = document.createElement('dt');
      for (const one of keys.split(' / ')) {
        const kbd = document.createElement('kbd');
        kbd.textContent = one;
        key.append(kbd, ' ');
      }
      const meaning = document.createElement('dd');
      meaning.textContent = says;
      list.append(key, meaning);
    }
    dialog.append(list);
  });
}

function clips() {
  try {
    const kept = JSON.parse(localStorage.getItem(clipboardKey) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

/** Copies fields, or gives those that are chosen; it is the same in all tabs of this browser. */
export async function fieldClipboard(words, selected) {
  const chosen = await open(words.clipboard, words, (dialog) => {
    const button = (value, text) => {
      const made = document.createElement('button');
      made.type = 'button';
      made.className = 'clip quiet';
      made.textContent = text;
      made.addEventListener('click', () => dialog.close(value));
      dialog.append(made);
    };
    button('copy', `${words.copyFields} ${short(selected)}`);
    for (const [at, text] of clips().entries()) button(String(at), `${words.insertFields} ${short(text)}`);
    dialog.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (step === 0) return;
      const all = [...dialog.querySelectorAll('button')];
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
      event.preventDefault();
    });
  });
  if (chosen === 'copy') {
    localStorage.setItem(
      clipboardKey,
      JSON.stringify([selected, ...clips().filter((one) => one !== selected)].slice(0, mostClips)),
    );
    return undefined;
  }
  return chosen === '' ? undefined : clips()[Number(chosen)];
}

function short(text) {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** The positions of a fixed field as a form; gives the new value, or undefined. */
export async function fixedForm(words, title, value, positions) {
  let made = value;
  const inputs = [];
  const wish = await open(title, words, (dialog) => {
    const form = document.createElement('div');
    form.className = 'fixed';
    for (const { at, length, name, codes } of positions) {
      const label = document.createElement('label');
      label.textContent = `${at}${length > 1 ? `-${at + length - 1}` : ''} ${name}`;
      const current = value.slice(at, at + length).padEnd(length, ' ');
      const input = codes === undefined ? text(current, length) : choice(current, codes);
      label.append(input);
      form.append(label);
      inputs.push({ at, length, input });
    }
    const take = document.createElement('button');
    take.type = 'button';
    take.textContent = words.take;
    take.addEventListener('click', () => dialog.close('take'));
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') dialog.close('take');
    });
    dialog.append(form, take);
  });
  if (wish !== 'take') return undefined;
  for (const { at, length, input } of inputs) {
    const part = input.value.replaceAll('_', ' ').padEnd(length, ' ').slice(0, length);
    made = made.padEnd(at, ' ').slice(0, at) + part + made.slice(at + length);
  }
  return made;
}

function text(current, length) {
  const input = document.createElement('input');
  input.type = 'text';
  input.maxLength = length;
  input.size = length;
  // A blank shows as what the text writes for one.
  input.value = current.replaceAll(' ', '_');
  return input;
}

function choice(current, codes) {
  const select = document.createElement('select');
  const known = { ...codes };
  if (!(current in known)) known[current] = '?';
  for (const [code, name] of Object.entries(known)) {
    const option = document.createElement('option');
    option.value = code;
    option.textContent = `${code.replaceAll(' ', '_')} ${name}`;
    option.selected = code === current;
    select.append(option);
  }
  return select;
}
