/**
 * What the editor tells the library while somebody types, and what it is told: drafts, who else
 * edits, remarks, the preview, saving. The page keeps working when any of it fails.
 */

const draftEvery = 3_000;
const beatEvery = 15_000;

export function createLive({ form, words, textOf, show }) {
  const field = (name) => form.elements.namedItem(name);
  const record = new URL(form.action).pathname.match(/^\/record\/(\d+)\//)?.[1] ?? '0';
  let saved = textOf();
  let kept = saved;
  let draftTimer;
  let lookTimer;
  let looking;
  let draftKey = crypto.randomUUID();
  let lastSent = '';

  const post = (path, values, options = {}) =>
    fetch(path, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ form: field('form').value, ...values }),
      redirect: 'error',
      ...options,
    });

  async function look() {
    looking?.abort();
    looking = new AbortController();
    const { signal } = looking;
    try {
      const answer = await post('/edit/look', { text: textOf(), record, preview: '1' }, { signal });
      if (answer.ok) show.looked(await answer.json());
    } catch (error) {
      if (error.name !== 'AbortError') show.state(words.away);
    }
  }

  async function keepDraft() {
    draftTimer = undefined;
    const text = textOf();
    if (text === kept || text === saved) return;
    try {
      const answer = await post('/edit/drafts', {
        ...{ text, record, base: field('base').value, draft: field('draft').value, key: draftKey },
      });
      const told = await answer.json();
      if (answer.ok) {
        field('draft').value = String(told.draft);
        kept = text;
        show.state(
          `${words.kept} ${new Date().toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short' })}`,
        );
        if (textOf() !== text) draftTimer ??= setTimeout(keepDraft, draftEvery);
        return;
      }
      // Somebody removed the draft, or saved it elsewhere: it becomes another one.
      if (answer.status === 404) {
        field('draft').value = '0';
        draftKey = crypto.randomUUID();
      } else show.state(told.problem ?? words.notKept);
    } catch {
      show.state(words.notKept);
    }
    draftTimer ??= setTimeout(keepDraft, draftEvery);
  }

  async function beat(values = {}) {
    if (record === '0') return;
    try {
      const answer = await post('/edit/beat', { record, ...values });
      if (answer.ok) show.others((await answer.json()).others);
    } catch {
      // The next beat may come through.
    }
  }

  async function save() {
    const text = textOf();
    show.state(words.saving);
    // Sent again after a lost answer it is the same request; with another text it is another one.
    const sending = `${field('base').value} ${text}`;
    if (sending !== lastSent) field('key').value = crypto.randomUUID();
    lastSent = sending;
    let answer;
    try {
      answer = await post(form.action, {
        ...{ do: 'save', text, base: field('base').value, draft: field('draft').value, key: field('key').value },
      });
    } catch {
      show.problem(words.notSaved);
      return;
    }
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    const told = isJson ? await answer.json() : {};
    if (answer.ok && isJson) {
      saved = text;
      kept = text;
      clearTimeout(draftTimer);
      draftTimer = undefined;
      field('draft').value = '0';
      draftKey = crypto.randomUUID();
      if (record === '0') {
        location.replace(`/record/${told.id}/edit`);
        return;
      }
      if (told.kind === 'merged') {
        // What others changed is in it now.
        location.replace(`/record/${told.id}/edit?done=merged`);
        return;
      }
      field('base').value = String(told.revision);
      lastSent = '';
      show.saved(told.said);
      return;
    }
    if (answer.status === 409 && told.conflict !== undefined) {
      saved = text;
      show.submit();
      return;
    }
    show.problem(told.problem ?? words.notSaved);
  }

  setInterval(beat, beatEvery);
  void beat();
  addEventListener('pagehide', () => {
    if (record !== '0')
      navigator.sendBeacon('/edit/beat', new URLSearchParams({ form: field('form').value, record, away: '1' }));
  });
  addEventListener('beforeunload', (event) => {
    if (textOf() !== saved && textOf() !== kept) event.preventDefault();
  });

  return {
    record,
    save,
    look,
    changed(length) {
      draftTimer ??= setTimeout(keepDraft, draftEvery);
      clearTimeout(lookTimer);
      lookTimer = setTimeout(look, length > 100_000 ? 1_000 : 200);
    },
    leaving() {
      saved = textOf();
    },
  };
}
