import type { Site } from '../site/site.ts';
import { may, type Person, readsAsThemselves } from './person.ts';

/**
 * May this person see a document with this status? '' is for everybody. A word is for those whose
 * role may `viewrestrdoc` with this status. "email: ADDRESS", "group: NAME" and "role: NAME" are
 * for this person, this group or this role too. Whether they may see the record is another
 * question.
 */
export function maySeeDocument(site: Site, person: Person, status: string): boolean {
  if (status === '' || may(site, person, 'viewrestrdoc', { status })) return true;
  const [, kind, name = ''] = /^(email|group|role): (.+)$/.exec(status) ?? [];
  if (kind === undefined || !readsAsThemselves(person)) return false;
  if (kind === 'group') return person.groups?.includes(name) === true;
  if (kind === 'role') return person.roles.includes(name);
  // Accounts have an address only when somebody has confirmed it, or an administrator gave it.
  return person.name !== undefined && person.email?.toLowerCase() === name.toLowerCase();
}
