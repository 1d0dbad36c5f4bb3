// Comfort only: every page works without this. The left and right arrow keys turn the pages of a
// list; "copy" copies a citation.
document.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  if (event.target instanceof Element && event.target.closest('input, select, textarea, [contenteditable]')) return;
  const forward = document.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  const back = document.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
  const rel = event.key === forward ? 'next' : event.key === back ? 'prev' : undefined;
  const link = rel && document.querySelector(`main a[rel~=${rel}]`);
  if (link) link.click();
});

for (const button of document.querySelectorAll('button[data-copy], button[data-copy-from]')) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const { copy, copyFrom, done } = button.dataset;
    const text = copyFrom
      ? fetch(copyFrom).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.statusText))))
      : document.getElementById(copy).textContent;
    await navigator.clipboard.writeText((await text).trim());
    button.textContent = done;
  });
}
