import type { AccountTab } from '../../pages/account/profile.ts';
import type { WebPeople } from '../../people.ts';

/** The parts of an account that there are here. */
export function tabsOf(_people: WebPeople): readonly AccountTab[] {
  return ['profile', 'sessions', 'tokens'];
}
