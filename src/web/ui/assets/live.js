// What changes by itself ([data-live], with milliseconds) is asked for again while somebody looks. It
// is left alone while it has the focus or a selection, and as it is when nobody answers.
for (const { id } of document.querySelectorAll('[data-live]')) {
  const part = () => document.getElementById(id);
  const isInUse = () => {
    const selection = document.getSelection();
    return (
      part().contains(document.activeElement) || (selection.type === 'Range' && part().contains(selection.anchorNode))
    );
  };
  const again = async () => {
    if (!document.hidden && !isInUse()) {
      try {
        const answer = await fetch(location.href);
        if (answer.ok && !answer.redirected) {
          const found = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(id);
          if (found && !isInUse() && found.innerHTML !== part().innerHTML) part().replaceWith(found);
        }
      } catch {
        // Later, perhaps.
      }
    }
    setTimeout(again, Number(part().dataset.live));
  };
  setTimeout(again, Number(part().dataset.live));
}
