import type { PageContext } from '../ui/page-context.ts';
import type { AccountTab } from './profile-page.ts';

/** The parts of an account that there are here. */
export function tabsOf({ site }: PageContext): readonly AccountTab[] {
  const all = ['profile', 'jobs', 'sessions', 'tokens'] as const;
  return site.signIn.length === 0 ? all : [...all, 'identities'];
}
