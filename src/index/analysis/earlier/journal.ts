import { foldText } from './fold.ts';

/**
 * "Phys. Lett., B 151 (1985) 357" of title, volume, year and page; undefined unless all four are
 * there. The last page is left out.
 */
export function journalForm(value: (code: string) => string | undefined): string | undefined {
  const title = value('p');
  const volume = value('v');
  const when = value('y');
  const page = value('c')?.split('-')[0];
  if (!title || !volume || !when || !page) return undefined;
  return foldText(`${title} ${volume} (${when}) ${page}`);
}
