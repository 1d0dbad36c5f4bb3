// Menus close by Escape, by a click elsewhere, and when another opens. Without this script their
// words close them.
{
  const menus = 'details.menu:not(.wide)';
  const open = () => [...document.querySelectorAll(`${menus}[open]`)];
  const closeAll = (but) => {
    for (const menu of open()) if (menu !== but) menu.open = false;
  };
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    const [menu] = open();
    if (!menu) return;
    menu.open = false;
    menu.querySelector('summary').focus();
    event.preventDefault();
  });
  document.addEventListener('click', (event) => closeAll(event.target.closest?.(menus)));
  document.addEventListener('focusin', (event) => closeAll(event.target.closest(menus)));
}
