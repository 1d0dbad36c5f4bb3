import type { PageContext } from './page-context.ts';

/**
 * "ISBN: 0-306-40615-2", with the colon of the reader's language; the value alone without a name.
 */
export function pairText({ tr }: Pick<PageContext, 'tr'>, name: string | undefined, value: string): string {
  return name === undefined || name === '' ? value : tr.t('layout.pair', { name, value });
}
