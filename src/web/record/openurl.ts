import { arxivOf } from '../../identifiers/arxiv.ts';
import { bareDoi } from '../../identifiers/doi.ts';
import { isbn10, isbnOf } from '../../identifiers/isbn.ts';

/**
 * What an OpenURL says of a work, in version 0.1 (plain keys) or 1.0 (ANSI/NISO Z39.88: rft. keys,
 * rft_id), whichever it has.
 */
export interface OpenUrl {
  readonly doi: string | undefined;
  readonly arxiv: string | undefined;
  readonly isbn: string | undefined;
  readonly issn: string | undefined;
  readonly report: string | undefined;
  /** One of our own record numbers. */
  readonly record: number | undefined;
  readonly journal: string | undefined;
  readonly volume: string | undefined;
  readonly page: string | undefined;
  readonly year: string | undefined;
  readonly title: string | undefined;
  readonly author: string | undefined;
}

export function readOpenUrl(args: URLSearchParams, ownAddress: string): OpenUrl {
  const first = (...names: readonly string[]): string | undefined =>
    names
      .flatMap((name) => [args.get(`rft.${name}`), args.get(name)])
      .map((value) => value?.trim())
      .find((value) => value !== undefined && value !== '');
  const ids = ['rft_id', 'id', 'pid'].flatMap((name) => args.getAll(name));
  const read = (of: (text: string) => string | undefined): string | undefined => ids.map(of).find(Boolean);
  const id = (pattern: RegExp): string | undefined => ids.map((one) => pattern.exec(one)?.[1]).find(Boolean);
  const own = id(new RegExp(`^${ownAddress.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/record/(\\d{1,10})/?$`));
  const genre = first('genre')?.toLowerCase();
  const isArticle = genre !== 'book' && genre !== 'dissertation' && genre !== 'report';
  const named = first('title', 'stitle');
  const titled = first('atitle', 'btitle');
  return {
    doi: read(bareDoi) ?? bareDoi(first('doi') ?? ''),
    arxiv: read(arxivOf),
    isbn: id(/^urn:isbn:([\dXx-]+)$/i) ?? first('isbn'),
    issn: first('issn', 'eissn') ?? id(/^urn:issn:([\dXx-]+)$/i),
    report: first('report'),
    record: own === undefined ? undefined : Number(own),
    journal: first('jtitle', 'stitle') ?? (isArticle && titled !== undefined ? named : undefined),
    volume: first('volume'),
    page: first('spage', 'artnum') ?? /^[\w.]+/.exec(first('pages') ?? '')?.[0],
    year: /\d{4}/.exec(first('date', 'year') ?? '')?.[0],
    title: titled ?? named,
    author: first('aulast') ?? first('au', 'aufull')?.split(',')[0],
  };
}

/** Searches that may find the work, the surest first. `fields` are those the site has. */
export function openUrlQueries(url: OpenUrl, fields: ReadonlySet<string>): readonly string[] {
  const quote = (text: string): string => `"${text.replaceAll('"', ' ').trim()}"`;
  const by = (field: string, path: string, text: string | undefined): readonly string[] =>
    text === undefined ? [] : [`${fields.has(field) ? field : path}:${quote(text)}`];
  const numbers = [
    ...by('doi', '0247_a', url.doi),
    ...by('reportnumber', '037__a', url.arxiv),
    ...by('reportnumber', '037__a', url.arxiv === undefined ? undefined : `arXiv:${url.arxiv}`),
    ...by('reportnumber', '037__a', url.report),
    ...isbnForms(url.isbn).flatMap((form) => by('isbn', '020__a', form)),
  ];
  const { journal, volume, page, year } = url;
  const place = [journal, volume, page].filter((part) => part !== undefined);
  const inJournal =
    journal === undefined || volume === undefined || page === undefined
      ? []
      : [
          place.map((part) => `journal:${quote(part)}`).join(' '),
          `journal:${quote(`${journal},${volume},${page}`)}`,
          ...(year === undefined ? [] : [`journal:${quote(`${journal} ${volume} (${year}) ${page}`)}`]),
        ];
  const words = wordsOf(url);
  const looser = words === '' ? [] : [words];
  const inIssn = url.issn !== undefined && place.length < 2 && words === '' ? by('issn', '022__a', url.issn) : [];
  return [...numbers, ...(fields.has('journal') ? inJournal : []), ...looser, ...inIssn];
}

/** For a field that has ISBNs as the record writes them. */
function isbnForms(given: string | undefined): readonly string[] {
  if (given === undefined) return [];
  const normal = isbnOf(given);
  const forms = normal === undefined ? [] : [normal, isbn10(normal)];
  return [...new Set([given, given.replaceAll('-', ''), ...forms])].filter((form) => form !== undefined);
}

/** Title and author, as somebody would type them. */
function wordsOf({ title, author, journal, volume, page }: OpenUrl): string {
  const words = (title?.match(/[\p{L}\p{N}]{3,}/gu) ?? []).slice(0, 8).join(' ');
  const names = (author?.match(/[\p{L}\p{N}'’-]+/gu) ?? []).map((name) => `author:${name}`).join(' ');
  if (title !== undefined || author !== undefined) return [words, names].filter((part) => part !== '').join(' ');
  return [journal, volume, page].filter((part) => part !== undefined).join(' ');
}
