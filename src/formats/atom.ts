import { recordAddress } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { describeWork } from './work/work.ts';
import { element, escapeXml } from './xml.ts';

export interface AtomFeed {
  readonly title: string;
  readonly baseUrl: string;
  /** Addresses of the feed and of the page with the same hits, both below `baseUrl`. */
  readonly self: string;
  readonly page: string;
  /** How many records the question found, of which these are the first. */
  readonly total: number;
  /** Newest first. */
  readonly entries: readonly ExportItem[];
}

const mostAuthors = 20;

/** An Atom feed (RFC 4287) of records. */
export function atomFeed(feed: AtomFeed): string {
  const updated = feed.entries.reduce((newest, one) => Math.max(newest, one.modified.getTime()), 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
${element('title', feed.title)}
${element('id', feed.baseUrl + feed.self)}
<link rel="self" type="application/atom+xml" href="${escapeXml(feed.baseUrl + feed.self)}"/>
<link rel="alternate" type="text/html" href="${escapeXml(feed.baseUrl + feed.page)}"/>
<updated>${new Date(updated).toISOString()}</updated>
<generator>Reperio</generator>
<opensearch:totalResults>${feed.total}</opensearch:totalResults>
<opensearch:itemsPerPage>${feed.entries.length}</opensearch:itemsPerPage>
${feed.entries.map((one) => entry(one, recordAddress(feed.baseUrl, one.id))).join('')}</feed>
`;
}

function entry(item: ExportItem, address: string): string {
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
