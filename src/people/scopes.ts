import type { Action } from '../site/actions.ts';

/**
 * What an API token is good for. It never allows what its person may not do. read: see what the
 * person may see. edit: change records (the run... actions). admin: configure (the cfg... actions).
 */
export const scopes = ['read', 'edit', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export function scopeOf(action: Action): Scope {
  if (action.startsWith('cfg')) return 'admin';
  return action.startsWith('run') ? 'edit' : 'read';
}

export function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text);
}
