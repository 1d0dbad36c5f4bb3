// Suggestions below the search box while one types: a combobox (ARIA Authoring Practices, "editable
// combobox with list autocomplete"). Without this script the form is a form.
{
  const pause = 120;
  let lists = 0;
  for (const form of document.querySelectorAll('form[data-suggest]')) {
    const input = form.querySelector('input[name=p]');
    const texts = form.dataset;
    const list = document.createElement('ul');
    list.id = `suggestions-${++lists}`;
    list.className = 'suggestions';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', texts.label);
    list.hidden = true;
    const status = document.createElement('span');
    status.className = 'hidden';
    status.setAttribute('role', 'status');
    form.append(list, status);
    for (const [name, value] of [
      ['role', 'combobox'],
      ['aria-autocomplete', 'list'],
      ['aria-expanded', 'false'],
      ['aria-controls', list.id],
    ])
      input.setAttribute(name, value);

    let timer;
    let asking;
    let typed = input.value;
    let found = [];
    let chosen = -1;

    const close = () => {
      clearTimeout(timer);
      asking?.abort();
      list.hidden = true;
      status.textContent = '';
      chosen = -1;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    };
    const mark = (next) => {
      list.children[chosen]?.setAttribute('aria-selected', 'false');
      chosen = next;
      const option = list.children[chosen];
      // A title of one record leads to the record, and the box keeps what people read.
      const one = option && found[chosen];
      input.value = !one || one.kind === 'clear' ? typed : one.record ? one.label : one.query;
      if (!option) return input.removeAttribute('aria-activedescendant');
      option.setAttribute('aria-selected', 'true');
      option.scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', option.id);
    };
    const draw = () => {
      list.replaceChildren(
        ...found.map(({ kind, label, count }, i) => {
          const option = document.createElement('li');
          option.id = `${list.id}-${i}`;
          option.setAttribute('role', 'option');
          option.setAttribute('aria-selected', 'false');
          const name = document.createElement('span');
          name.dir = 'auto';
          name.textContent = label;
          const about = document.createElement('small');
          about.textContent =
            count === undefined
              ? (texts[kind] ?? '')
              : `${texts[kind]} · ${count.toLocaleString(document.documentElement.lang)}`;
          option.append(name, ' ', about);
          option.addEventListener('mousedown', (event) => event.preventDefault());
          option.addEventListener('click', () => {
            const { record, kind: chosenKind } = found[i];
            if (chosenKind === 'clear') return forget();
            if (!record) mark(i);
            close();
            if (record) location.assign(`/record/${record}`);
            else form.requestSubmit();
          });
          return option;
        }),
      );
      chosen = -1;
      input.removeAttribute('aria-activedescendant');
      list.hidden = found.length === 0;
      input.setAttribute('aria-expanded', String(!list.hidden));
      status.textContent = list.hidden ? '' : texts.count.replace('{count}', String(found.length));
    };
    // In an empty box stands what was asked before.
    const offerRecent = () => {
      const recent = input.value.trim() === '' ? window.recentQuestions.read() : [];
      if (recent.length === 0) return;
      typed = input.value;
      found = [
        ...recent.map((text) => ({ kind: 'recent', label: text, query: text })),
        { kind: 'clear', label: texts.clear },
      ];
      draw();
    };
    const forget = () => {
      window.recentQuestions.clear();
      input.value = typed;
      close();
      status.textContent = texts.cleared;
    };
    const ask = async () => {
      asking?.abort();
      asking = new AbortController();
      const wish = new URLSearchParams({ q: typed });
      const collection = form.querySelector('input[name=cc]')?.value;
      if (collection) wish.set('cc', collection);
      try {
        const answer = await fetch(`${texts.suggest}?${wish}`, { signal: asking.signal });
        if (!answer.ok) return;
        const { suggestions } = await answer.json();
        // What was chosen meanwhile stays.
        if (document.activeElement !== input || chosen !== -1) return;
        found = suggestions;
        draw();
      } catch {
        // Aborted, or no network: the box goes on working.
      }
    };

    input.addEventListener('input', () => {
      typed = input.value;
      clearTimeout(timer);
      if (typed.trim().length < 2 || found.some(({ kind }) => kind === 'recent')) close();
      if (typed.trim().length < 2) return;
      timer = setTimeout(ask, pause);
    });
    input.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (list.hidden) {
        if (event.key !== 'ArrowDown' || event.altKey || event.ctrlKey || event.metaKey) return;
        offerRecent();
        if (!list.hidden) event.preventDefault();
        return;
      }
      if (event.key === 'ArrowDown') mark(chosen + 1 < found.length ? chosen + 1 : -1);
      else if (event.key === 'ArrowUp') mark(chosen === -1 ? found.length - 1 : chosen - 1);
      else if (event.key === 'Escape') {
        input.value = typed;
        close();
      } else {
        if (event.key === 'Enter' && found[chosen]?.kind === 'clear') {
          forget();
          event.preventDefault();
          return;
        }
        const record = event.key === 'Enter' ? found[chosen]?.record : undefined;
        if (event.key === 'Enter') close();
        if (!record) return;
        location.assign(`/record/${record}`);
      }
      event.preventDefault();
    });
    input.addEventListener('click', () => {
      if (list.hidden) offerRecent();
    });
    input.addEventListener('blur', close);
    // Back from a page, the browser may have restored what was typed.
    input.addEventListener('focus', () => {
      typed = input.value;
    });
  }
}
