/** An address of ours ("/search?p=x") with one argument set, in place of any it had. */
export function withParameter(address: string, name: string, value: string | undefined): string {
  const [path = '/', query = ''] = address.split('?');
  const parameters = new URLSearchParams(query);
  parameters.delete(name);
  if (value !== undefined) parameters.append(name, value);
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

/**
 * Is this a path of our own, in printable ASCII, that one may be sent back to? "//other.example"
 * and "/\other" lead elsewhere.
 */
export function isOwnAddress(address: string): boolean {
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(address);
}

/** The sign-in page, from which one comes back to where one was. */
export function signInAddress(back: string): string {
  return back === '/' ? '/account/sign-in' : `/account/sign-in?${new URLSearchParams({ back })}`;
}

export function collectionAddress(name: string): string {
  return `/collection/${encodeURIComponent(name)}`;
}
