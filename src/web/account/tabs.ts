import type { PageContext } from '../ui/page-context.ts';
import type { AccountTab } from './profile-page.ts';

/** The parts of an account that there are here. */
export function tabsOf({ site }: PageContext): readonly AccountTab[] {
  return site.signIn.length === 0 ? ['profile', 'sessions', 'tokens'] : ['profile', 'sessions', 'tokens', 'identities'];
}
