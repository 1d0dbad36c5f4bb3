// Comfort only: every page works without this. The left and right arrow keys turn the pages of a
// list, and "/" leads to the search box.
document.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const at = event.target;
  if (at instanceof Element && at.closest('input, select, textarea, [contenteditable]')) return;
  if (event.key === '/') {
    const box = document.querySelector('input[type=search][name=p]');
    if (!box) return;
    box.focus();
    box.select();
    event.preventDefault();
    return;
  }
  // There the arrow keys move within what has the focus.
  if (event.shiftKey || (at instanceof Element && at.closest('svg, table, details, pre, [role=region]'))) return;
  const forward = document.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  const back = document.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
  const rel = event.key === forward ? 'next' : event.key === back ? 'prev' : undefined;
  const link = rel && document.querySelector(`main a[rel~=${rel}]`);
  if (link) link.click();
});
