import { describeWork } from '../description/work.ts';
import { recordAddress } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { element, escapeXml } from './xml.ts';

export interface AtomFeed {
  readonly title: string;
  readonly baseUrl: string;
  /** Addresses of the feed and of the page with the same hits, both below `baseUrl`. */
  readonly self: string;
  readonly page: string;
  /** How many records the question found, of which these are the first. */
  readonly total: number;
  /** When the newest of the entries was changed. */
  readonly updated: Date;
  /** As `atomEntry` writes them, newest first. */
  readonly entries: readonly string[];
}

const mostAuthors = 20;

/** An Atom feed (RFC 4287) of records. */
export function atomFeed(feed: AtomFeed): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
${element('title', feed.title)}
${element('id', feed.baseUrl + feed.self)}
<link rel="self" type="application/atom+xml" href="${escapeXml(feed.baseUrl + feed.self)}"/>
<link rel="alternate" type="text/html" href="${escapeXml(feed.baseUrl + feed.page)}"/>
<updated>${feed.updated.toISOString()}</updated>
<generator>Reperio</generator>
<opensearch:totalResults>${feed.total}</opensearch:totalResults>
<opensearch:itemsPerPage>${feed.entries.length}</opensearch:itemsPerPage>
${feed.entries.join('')}</feed>
`;
}

export function atomEntry(item: ExportItem, baseUrl: string): string {
  const address = recordAddress(baseUrl, item.id);
  const work = describeWork(item.record);
  const authors = work.contributors
    .slice(0, mostAuthors)
    .map((one) => `<author>${element('name', one.name)}</author>\n`);
  // An entry must have an author (RFC 4287, 4.1.2); the catalogue may not know one.
  const author =
    authors.length > 0 ? authors.join('') : `<author>${element('name', work.collaborations[0] ?? '-')}</author>\n`;
  const abstract = work.abstracts[0];
  return `<entry>
${element('title', plainText(work.title) || address, ' type="text"')}
${element('id', address)}
<link rel="alternate" type="text/html" href="${escapeXml(address)}"/>
<published>${item.created.toISOString()}</published>
<updated>${item.modified.toISOString()}</updated>
${author}${abstract === undefined ? '' : `${element('summary', plainText(abstract), ' type="text"')}\n`}${work.subjects.map((term) => `<category term="${escapeXml(term)}"/>\n`).join('')}</entry>
`;
}
