import type { KnowledgeBase } from '../../knowledge/base.ts';
import type { KnowledgeUse } from '../../knowledge/uses.ts';
import type { PageContext } from '../ui/page-context.ts';

/** What the site file uses a base for. */
export function usesText({ tr }: PageContext, uses: readonly KnowledgeUse[]): string {
  return uses.map(({ kind, code }) => tr.t(`kb.use.${kind.replace('-', '_')}`, { code })).join(', ');
}

/** Where the editor suggests its values. */
export function placesText({ tr }: PageContext, { places }: KnowledgeBase): string {
  if (places.length === 0) return '';
  return tr.t('kb.suggests', { places: places.map((one) => `${one.slice(0, 3)} $${one[3]}`).join(', ') });
}
