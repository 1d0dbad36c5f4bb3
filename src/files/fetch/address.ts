/** Is this an address, as it stands in a field, rather than a path of this machine? */
export function isAddress(location: string): boolean {
  return /^(?:[a-z][a-z\d+.-]*:\/\/|(?:https?|file|data):)/i.test(location);
}

/** Without what may be a secret: name and password, query, fragment. */
export function shownLocation(location: string): string {
  if (!isAddress(location)) return location.length <= 300 ? location : `${location.slice(0, 300)}…`;
  const scheme = location.slice(0, location.indexOf(':') + 1);
  if (!URL.canParse(location)) return `${scheme}…`;
  // What stands behind "data:" is the file itself.
  if (/^data:/i.test(location)) return `${scheme}…`;
  const { protocol, host, pathname, search } = new URL(location);
  const path = pathname.length <= 300 ? pathname : `${pathname.slice(0, 300)}…`;
  return `${protocol}//${host}${path}${search === '' ? '' : '?…'}`;
}

/** Addresses, each with all that is below it, as the setting `fetch-urls` names them. */
export function prefixesOf(setting: string | undefined): readonly URL[] {
  return (setting ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => URL.canParse(one))
    .map((one) => new URL(one));
}

/** Is it one of these, or below one? */
export function isBelow(asked: URL, prefixes: readonly URL[]): boolean {
  // What a server behind it takes for "..", and we for a name.
  if (/%(?:25|2e|2f|5c)|\\/i.test(asked.pathname) && decoded(asked.pathname).split(/[/\\]/).includes('..'))
    return false;
  return prefixes.some(({ origin, pathname }) => {
    const below = pathname.endsWith('/') ? pathname : `${pathname}/`;
    return asked.origin === origin && (asked.pathname === pathname || asked.pathname.startsWith(below));
  });
}

function decoded(path: string): string {
  let text = path;
  // Twice encoded too.
  for (let round = 0; round < 3; round++)
    text = text.replace(/%(25|2e|2f|5c)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return text;
}
