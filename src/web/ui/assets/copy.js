// "Copy" copies a citation, an export or an address, and says so for three seconds.
{
  const said = 3000;
  const status = document.createElement('span');
  status.className = 'hidden';
  status.setAttribute('role', 'status');
  for (const button of document.querySelectorAll('button[data-copy], button[data-copy-from]')) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    document.body.append(status);
    const name = [...button.childNodes];
    let timer;
    button.addEventListener('click', async () => {
      const { copy, copyFrom, done } = button.dataset;
      const source = copy && document.getElementById(copy);
      const text = source
        ? source.textContent
        : fetch(copyFrom).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.statusText))));
      // With its italics, for programs that know them.
      if (source?.querySelector('i') && window.ClipboardItem) {
        const blob = (type, content) => new Blob([content.trim()], { type });
        const types = ['text/plain', 'text/html'];
        const [plain, marked] = types.map((type, i) => blob(type, i === 0 ? text : source.innerHTML));
        await navigator.clipboard.write([new ClipboardItem({ [types[0]]: plain, [types[1]]: marked })]);
      } else await navigator.clipboard.writeText((await text).trim());
      button.textContent = done;
      status.textContent = done;
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.replaceChildren(...name);
        status.textContent = '';
      }, said);
    });
  }
}
