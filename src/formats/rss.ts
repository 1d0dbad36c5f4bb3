import { describeWork } from '../description/work.ts';
import { type ExportFormat, recordAddress, xmlHead } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { element } from './xml.ts';

/** RSS 2.0, with the total as OpenSearch says it. */
export const rssFormat: ExportFormat = {
  code: 'xr',
  aliases: ['rss'],
  name: 'RSS',
  doc: 'RSS 2.0',
  group: 'feed',
  contentType: 'application/rss+xml; charset=utf-8',
  mediaTypes: ['application/rss+xml'],
  extension: 'rss',
  marcPaths: false,
  head: (
    context,
  ) => `${xmlHead(context)}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
<channel>
${element('title', context.library) || '<title/>'}
${element('link', context.baseUrl + context.page) || '<link/>'}
${element('description', context.library) || '<description/>'}
<generator>Reperio</generator>
<docs>https://www.rssboard.org/rss-specification</docs>
<ttl>360</ttl>
<opensearch:totalResults>${context.total}</opensearch:totalResults>
`,
  item: (item, context) => rssItem(item, recordAddress(context.baseUrl, item.id)),
  between: '',
  foot: () => '</channel>\n</rss>\n',
};

const mostAuthors = 20;

function rssItem(item: ExportItem, address: string): string {
  const work = describeWork(item.record);
  const lines = [
    element('title', plainText(work.title) || address),
    element('link', address),
    element('description', work.abstracts[0] === undefined ? undefined : plainText(work.abstracts[0])),
    ...work.contributors.slice(0, mostAuthors).map((one) => element('dc:creator', one.name)),
    ...work.subjects.map((term) => element('category', plainText(term))),
    element('guid', address),
    element('pubDate', item.created.toUTCString()),
  ];
  return `<item>\n${lines.filter((line) => line !== '').join('\n')}\n</item>\n`;
}
