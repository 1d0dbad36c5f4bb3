// A span of years is dragged over the picture of years, or chosen with Shift and the arrow keys
// from bar to bar. Without this script the bars are links and the span is typed.
for (const picture of document.querySelectorAll('.years[data-step]')) {
  const form = picture.nextElementSibling;
  if (!form?.matches('form.range')) continue;
  const svg = picture.querySelector('svg');
  const [from, to] = form.querySelectorAll('input[type=text]');
  const { start, step, bars, earlier, later } = Object.fromEntries(
    Object.entries(picture.dataset).map(([name, text]) => [name, Number(text)]),
  );
  const { width, height } = svg.viewBox.baseVal;
  const span = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  span.setAttribute('class', 'span');
  span.setAttribute('height', String(height));
  const written = [from.value, to.value];
  let first;
  let last;

  const barAt = (x) => {
    const box = svg.getBoundingClientRect();
    return Math.max(0, Math.min(bars - 1, Math.floor(((x - box.left) / box.width) * bars)));
  };
  const show = () => {
    const [low, high] = [Math.min(first, last), Math.max(first, last)];
    span.setAttribute('x', String((low * width) / bars));
    span.setAttribute('width', String(((high - low + 1) * width) / bars));
    svg.append(span);
    // The first bar may stand for all that is earlier, the last for all that is later.
    from.value = earlier && low === 0 ? '' : String(start + (low - earlier) * step);
    to.value = later && high === bars - 1 ? '' : String(start + (high - earlier + 1) * step - 1);
  };
  const forget = () => {
    first = last = undefined;
    span.remove();
    [from.value, to.value] = written;
  };

  // The picture is one Tab stop: the arrow keys go from bar to bar.
  const moves = {
    ArrowLeft: (at) => at - 1,
    ArrowRight: (at) => at + 1,
    Home: () => 0,
    End: (_, all) => all - 1,
  };

  let dragged = false;
  svg.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    first = last = barAt(event.clientX);
    dragged = false;
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener('pointermove', (event) => {
    if (first === undefined || !svg.hasPointerCapture(event.pointerId)) return;
    const here = barAt(event.clientX);
    if (here === last && !dragged) return;
    dragged = true;
    last = here;
    show();
  });
  svg.addEventListener('pointerup', (event) => {
    if (dragged) return form.requestSubmit();
    // The capture took the click away from the bar.
    const bar =
      first === undefined
        ? undefined
        : document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.closest?.('.years a'));
    first = last = undefined;
    const link = bar?.closest('a');
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) location.href = link.getAttribute('href');
  });
  svg.addEventListener('pointercancel', forget);
  // Links may be dragged to elsewhere, which would end ours.
  svg.addEventListener('dragstart', (event) => event.preventDefault());

  svg.addEventListener('keydown', (event) => {
    const link = event.target.closest('a');
    if (!link) return;
    if (event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      const box = link.querySelector('.touch').getBoundingClientRect();
      first ??= barAt(box.left + box.width / 2);
      last = Math.max(0, Math.min(bars - 1, (last ?? first) + (event.key === 'ArrowLeft' ? -1 : 1)));
      show();
      event.preventDefault();
    } else if (moves[event.key] && first === undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      const links = [...svg.querySelectorAll('a')];
      const next = links[Math.max(0, Math.min(links.length - 1, moves[event.key](links.indexOf(link), links.length)))];
      link.setAttribute('tabindex', '-1');
      next.setAttribute('tabindex', '0');
      next.focus();
      event.preventDefault();
    } else if (event.key === 'Enter' && first !== undefined) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === 'Escape' && first !== undefined) forget();
  });
  svg.addEventListener('focusout', () => {
    if (first !== undefined && !dragged) forget();
  });
}
