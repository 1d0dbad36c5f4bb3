// The last questions of this browser, for its search box. They are kept here and sent nowhere, and
// go when one clears them or signs out.
window.recentQuestions = (() => {
  const key = 'reperio-questions';
  const most = 5;
  const longest = 200;
  const read = () => {
    try {
      const list = JSON.parse(localStorage.getItem(key) ?? '[]');
      return Array.isArray(list) ? list.filter((one) => typeof one === 'string').slice(0, most) : [];
    } catch {
      return [];
    }
  };
  const clear = () => {
    try {
      localStorage.removeItem(key);
    } catch {
      // Not allowed here: then there are none.
    }
  };
  const keep = (question) => {
    const text = question.trim();
    if (text === '' || text.length > longest) return;
    try {
      const others = read().filter((one) => one !== text);
      localStorage.setItem(key, JSON.stringify([text, ...others].slice(0, most)));
    } catch {
      // Full, or not allowed here.
    }
  };
  if (location.pathname === '/search') keep(new URLSearchParams(location.search).get('p') ?? '');
  document.addEventListener('submit', (event) => {
    if (new URL(event.target.action, location.href).pathname === '/account/sign-out') clear();
  });
  return { read, clear };
})();
