import { pdfAddresses } from '../description/links.ts';
import { makersOf, nameParts } from '../description/names.ts';
import type { Work, WorkType } from '../description/work.ts';
import { plainText } from './mathematics.ts';

export type Meta = readonly [name: string, content: string];

/** Three thousand authors must not fill the head of a page; the exports have them all. */
const mostAuthors = 50;

/**
 * Highwire Press tags, as Google Scholar and reference managers read them. `pdfs`: the library's
 * own, which Google Scholar wants on the site of the page.
 */
export function highwireMeta(work: Work, address: string, pdfs: readonly string[] = []): readonly Meta[] {
  const published = work.publications[0];
  const [first, last] = published?.pages?.split(/[-–]/, 2).map((one) => one.trim()) ?? [];
  const identifier = (kind: string): string | undefined => work.identifiers.find((one) => one.kind === kind)?.value;
  return kept([
    ['citation_title', plainText(work.title)],
    ...makersOf(work.contributors)
      .authors.slice(0, mostAuthors)
      .map((one) => ['citation_author', one.name] as const),
    ['citation_publication_date', work.date?.replaceAll('-', '/')],
    ['citation_journal_title', published?.journal],
    ['citation_volume', published?.volume],
    ['citation_issue', published?.issue],
    ['citation_firstpage', first],
    ['citation_lastpage', last],
    ['citation_doi', identifier('doi')],
    ['citation_arxiv_id', identifier('arxiv')],
    ['citation_isbn', identifier('isbn')],
    ['citation_issn', identifier('issn')],
    [
      work.type === 'thesis' ? 'citation_dissertation_institution' : 'citation_publisher',
      work.thesis?.institution ?? work.imprint.publisher,
    ],
    ['citation_technical_report_number', identifier('report')],
    ...work.languages.slice(0, 1).map((language) => ['citation_language', language] as const),
    ...[...pdfs, ...pdfAddresses(work.links)].slice(0, 1).map((url) => ['citation_pdf_url', url] as const),
    ['citation_abstract_html_url', address],
  ]);
}

export function dublinCoreMeta(work: Work, address: string): readonly Meta[] {
  return kept([
    ['DC.title', plainText(work.title)],
    ...makersOf(work.contributors)
      .authors.slice(0, mostAuthors)
      .map((one) => ['DC.creator', one.name] as const),
    ['DC.date', work.date],
    ['DC.publisher', work.imprint.publisher],
    ...work.languages.map((language) => ['DC.language', language] as const),
    ...work.subjects.map((subject) => ['DC.subject', subject] as const),
    ['DC.identifier', work.identifiers.find((one) => one.kind === 'doi')?.url ?? address],
  ]);
}

function kept(list: readonly (readonly [string, string | undefined])[]): readonly Meta[] {
  return list.filter((one): one is Meta => one[1] !== undefined && one[1] !== '');
}

export const schemaTypes: Readonly<Record<WorkType, string>> = {
  article: 'ScholarlyArticle',
  preprint: 'ScholarlyArticle',
  proceedings: 'Book',
  thesis: 'Thesis',
  book: 'Book',
  report: 'Report',
  image: 'Photograph',
  video: 'VideoObject',
  other: 'CreativeWork',
};

export interface Place {
  readonly address: string;
  readonly id: number;
  readonly library: string;
  readonly libraryAddress: string;
  readonly pdfs?: readonly string[];
}

/** The work as schema.org describes it (JSON-LD). Undefined values disappear when it is written. */
export function schemaOrg(work: Work, place: Place): Readonly<Record<string, unknown>> {
  const published = work.publications[0];
  const doi = work.identifiers.find((one) => one.kind === 'doi');
  const people = makersOf(work.contributors)
    .authors.slice(0, mostAuthors)
    .map((one) => {
      if (one.kind !== 'person') return { '@type': 'Organization', name: one.name };
      const { family, given } = nameParts(one.name);
      return {
        '@type': 'Person',
        name: `${given} ${family}`.trim(),
        familyName: family,
        givenName: given === '' ? undefined : given,
        affiliation:
          one.affiliations[0] === undefined ? undefined : { '@type': 'Organization', name: one.affiliations[0] },
        sameAs: one.orcid === undefined ? undefined : `https://orcid.org/${one.orcid}`,
      };
    });
  return {
    '@context': 'https://schema.org',
    '@type': schemaTypes[work.type],
    '@id': place.address,
    url: place.address,
    name: plainText(work.title),
    headline: plainText(work.title).slice(0, 110),
    author: people.length === 0 ? undefined : people,
    datePublished: work.date,
    description: work.abstracts[0] === undefined ? undefined : plainText(work.abstracts[0]).slice(0, 1000),
    encoding: place.pdfs?.map((contentUrl) => ({
      '@type': 'MediaObject',
      encodingFormat: 'application/pdf',
      contentUrl,
    })),
    inLanguage: work.languages[0],
    keywords: [...work.subjects, ...work.keywords].slice(0, 30).join(', ') || undefined,
    isbn: work.identifiers.find((one) => one.kind === 'isbn')?.value,
    sameAs: doi?.url,
    identifier: work.identifiers.slice(0, 10).map((one) => ({
      '@type': 'PropertyValue',
      propertyID: one.scheme || (one.kind === 'report' ? 'report number' : undefined),
      value: one.value,
    })),
    publisher:
      work.imprint.publisher === undefined ? undefined : { '@type': 'Organization', name: work.imprint.publisher },
    isPartOf:
      published === undefined
        ? undefined
        : {
            '@type': 'Periodical',
            name: published.journal,
            volumeNumber: published.volume,
            issueNumber: published.issue,
          },
    pagination: published?.pages,
    license: work.licences[0]?.url,
    provider: { '@type': 'Library', name: place.library, url: place.libraryAddress },
  };
}
