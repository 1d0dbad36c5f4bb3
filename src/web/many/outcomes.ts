import type { ChangeSet } from '../../cataloguing/change-sets.ts';
import type { PageContext } from '../ui/page-context.ts';

/** ", 998 changed, 2 waiting". */
export function outcomesText({ tr }: PageContext, { outcomes }: Pick<ChangeSet, 'outcomes'>): string {
  const parts = Object.entries(outcomes).map(([name, count]) =>
    tr.t(`many.outcome.${name}`, { number: tr.number(count) }),
  );
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}
