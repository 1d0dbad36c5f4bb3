import type { Identifier } from '../description/identifiers.ts';
import { type Makers, makersOf } from '../description/names.ts';
import type { Work } from '../description/work.ts';
import { plainText } from './mathematics.ts';

/**
 * What several formats need of a work beside its description: who did what, and numbers taken
 * apart.
 */
export interface WorkParts extends Makers {
  readonly title: string;
  readonly abstract: string | undefined;
  readonly year: string | undefined;
  readonly month: string | undefined;
  readonly day: string | undefined;
  readonly firstPage: string | undefined;
  readonly lastPage: string | undefined;
  readonly doi: string | undefined;
  readonly arxiv: string | undefined;
  readonly isbns: readonly string[];
  readonly issn: string | undefined;
  readonly reports: readonly string[];
  readonly publisher: string | undefined;
}

export function partsOf(work: Work): WorkParts {
  const values = (kind: Identifier['kind']): readonly string[] =>
    work.identifiers.filter((one) => one.kind === kind).map((one) => one.value);
  const published = work.publications[0];
  const [firstPage, lastPage] = published?.pages?.split(/[-–]/, 2).map((one) => one.trim()) ?? [];
  const [year, month, day] = work.date?.split('-') ?? [];
  return {
    ...makersOf(work.contributors),
    title: plainText(work.title),
    abstract: work.abstracts[0] === undefined ? undefined : plainText(work.abstracts[0]),
    year: published?.year ?? year,
    month,
    day,
    firstPage: firstPage === '' ? undefined : firstPage,
    lastPage,
    doi: values('doi')[0],
    arxiv: values('arxiv')[0],
    isbns: values('isbn'),
    issn: values('issn')[0],
    reports: values('report'),
    publisher: work.imprint.publisher ?? work.thesis?.institution,
  };
}
