/**
 * The page of the manual with this heading, as a path in docs/; without a heading its beginning.
 */
export function playbook(heading: string, docs = 'docs'): string {
  return `${docs}/when-you-are-woken.md${heading === '' ? '' : `#${anchorOf(heading)}`}`;
}

/** As GitHub and GitLab make an anchor of a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
