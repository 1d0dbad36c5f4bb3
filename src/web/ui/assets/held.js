// Comfort only: an upload that waits, decided by keys. j and k go through the fields in conflict, 1
// and 2 choose a side, a writes what is chosen, e opens the editor.
{
  const form = document.querySelector('form.held');
  const rows = form ? [...form.querySelectorAll('tr.conflict')] : [];
  let at = -1;
  if (form)
    document.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      const from = event.target;
      if (from instanceof Element && from.closest('input:not([type=radio]), select, textarea')) return;
      if (event.key === 'a') {
        const button = form.querySelector('[data-key=a]');
        if (!button) return;
        event.preventDefault();
        form.requestSubmit(button);
        return;
      }
      if (event.key === 'e') {
        const link = form.querySelector('[data-key=e]');
        if (!link) return;
        event.preventDefault();
        location.assign(link.href);
        return;
      }
      const step = { j: 1, k: -1 }[event.key];
      if (step && rows.length > 0) {
        at = Math.min(rows.length - 1, Math.max(0, at + step));
        const radio = rows[at].querySelector('input:checked');
        radio?.focus();
        rows[at].scrollIntoView({ block: 'nearest' });
        event.preventDefault();
        return;
      }
      const radio = rows[at]?.querySelector(`[data-side="${event.key}"]`);
      if (!radio) return;
      radio.checked = true;
      radio.focus();
      event.preventDefault();
    });
}
