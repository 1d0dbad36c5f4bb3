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
      const text = copyFrom
        ? fetch(copyFrom).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.statusText))))
        : document.getElementById(copy).textContent;
      await navigator.clipboard.writeText((await text).trim());
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
