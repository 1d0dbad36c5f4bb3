/** The value of a cookie, or undefined. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=');
    if (key === name) return value;
  }
  return undefined;
}

const year = 365 * 24 * 3600;

/** A choice of the reader's, kept for a year; an empty value forgets it. */
export function preferenceCookie(name: string, value: string): string {
  return `${name}=${value}; Path=/; Max-Age=${value === '' ? 0 : year}; SameSite=Lax; HttpOnly`;
}
