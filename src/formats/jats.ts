import { type Contributor, nameParts } from '../description/names.ts';
import { type Reference, references } from '../description/references.ts';
import { describeWork, type Work, type WorkType } from '../description/work.ts';
import { type ExportFormat, recordAddress, xmlHead } from './export-format.ts';
import type { ExportItem } from './item.ts';
import { plainText } from './mathematics.ts';
import { partsOf } from './parts.ts';
import { element, escapeXml } from './xml.ts';

const articleTypes: Readonly<Record<WorkType, string>> = {
  article: 'research-article',
  preprint: 'preprint',
  proceedings: 'proceedings',
  thesis: 'dissertation',
  book: 'book',
  report: 'research-report',
  image: 'other',
  video: 'other',
  other: 'other',
};

/**
 * NLM's journal article tags, today JATS 1.3 (NISO Z39.96-2021, Archiving): the front and the
 * references, not the text.
 */
export const jatsFormat: ExportFormat = {
  code: 'xn',
  aliases: ['nlm', 'jats'],
  name: 'NLM (JATS)',
  doc: 'NLM journal tags (JATS 1.3): front and references',
  group: 'catalogue',
  contentType: 'text/xml; charset=utf-8',
  mediaTypes: ['application/jats+xml'],
  extension: 'xml',
  marcPaths: false,
  head: (context) => `${xmlHead(context)}<articles xmlns:xlink="http://www.w3.org/1999/xlink">\n`,
  item: (item, context) => article(item, recordAddress(context.baseUrl, item.id)),
  between: '',
  foot: () => '</articles>\n',
};

function article(item: ExportItem, address: string): string {
  const work = describeWork(item.record);
  const language = work.languages[0];
  const cited = references(item.record);
  const back = cited.length === 0 ? '' : `<back><ref-list>\n${cited.map(reference).join('')}</ref-list></back>\n`;
  return `<article dtd-version="1.3" article-type="${articleTypes[work.type]}"${
    language === undefined || !/^[a-z]{2,3}$/i.test(language) ? '' : ` xml:lang="${language.toLowerCase()}"`
  }>
<front>
${journalMeta(work)}${articleMeta(item, work, address)}</front>
${back}</article>
`;
}

function wrapped(tag: string, content: string, attributes = ''): string {
  return content === '' ? '' : `<${tag}${attributes}>${content}</${tag}>\n`;
}

function journalMeta(work: Work): string {
  const published = work.publications[0];
  const parts = partsOf(work);
  return wrapped(
    'journal-meta',
    wrapped('journal-title-group', element('journal-title', published?.journal)) +
      element('issn', parts.issn) +
      wrapped(
        'publisher',
        work.imprint.publisher === undefined
          ? ''
          : element('publisher-name', work.imprint.publisher) + element('publisher-loc', work.imprint.place),
      ),
  );
}

/** The elements in the order that JATS demands. */
function articleMeta(item: ExportItem, work: Work, address: string): string {
  const parts = partsOf(work);
  const published = work.publications[0];
  const number = (type: string, value: string | undefined): string =>
    element('article-id', value, ` pub-id-type="${type}"`);
  const words = [...work.subjects, ...work.keywords].map((word) => element('kwd', plainText(word))).join('');
  // A title must be there, if empty.
  const title = `<title-group>${element('article-title', parts.title) || '<article-title/>'}${work.otherTitles
    .map((text) => wrapped('trans-title-group', element('trans-title', plainText(text))))
    .join('')}</title-group>\n`;
  const page =
    parts.lastPage === undefined && parts.firstPage !== undefined && !/^\d+$/.test(parts.firstPage)
      ? element('elocation-id', parts.firstPage)
      : element('fpage', parts.firstPage) + element('lpage', parts.lastPage);
  const date =
    element('day', parts.day) +
    element('month', parts.month) +
    element('year', work.date === undefined ? parts.year : work.date.slice(0, 4));
  const licences = work.licences
    .map(
      (one) =>
        `<license${one.url === undefined ? '' : ` xlink:href="${escapeXml(one.url)}"`}>${element('license-p', one.text)}</license>`,
    )
    .join('');
  return wrapped(
    'article-meta',
    number('publisher-id', String(item.id)) +
      number('doi', parts.doi) +
      number('arxiv', parts.arxiv) +
      parts.reports.map((value) => number('other', value)).join('') +
      title +
      wrapped('contrib-group', contributors(work)) +
      wrapped('pub-date', date, ' date-type="pub"') +
      element('volume', published?.volume) +
      element('issue', published?.issue) +
      page +
      wrapped('permissions', licences) +
      `<self-uri xlink:href="${escapeXml(address)}"/>\n` +
      work.abstracts.map((text) => wrapped('abstract', element('p', plainText(text)))).join('') +
      wrapped('kwd-group', words),
  );
}

function contributors(work: Work): string {
  const bodies = work.collaborations.map((name) =>
    wrapped('contrib', element('collab', name), ' contrib-type="author"'),
  );
  return work.contributors.map(contributor).join('') + bodies.join('');
}

function contributor(one: Contributor): string {
  const type =
    one.role === undefined || /^aut/i.test(one.role) ? 'author' : /^ed/i.test(one.role) ? 'editor' : one.role;
  const { family, given } = nameParts(one.name);
  const orcid =
    one.orcid === undefined ? '' : element('contrib-id', `https://orcid.org/${one.orcid}`, ' contrib-id-type="orcid"');
  const name =
    one.kind === 'person'
      ? `<name>${element('surname', family) || '<surname/>'}${element('given-names', given)}</name>`
      : element('collab', one.name);
  return wrapped(
    'contrib',
    orcid + name + one.affiliations.map((text) => element('aff', text)).join(''),
    ` contrib-type="${escapeXml(type)}"`,
  );
}

function reference(one: Reference, place: number): string {
  const numbers =
    element('pub-id', one.doi, ' pub-id-type="doi"') + element('pub-id', one.arxiv, ' pub-id-type="arxiv"');
  const text = [one.text, one.journal, one.arxiv === undefined ? one.reportNumber : undefined]
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
  const link =
    one.url === undefined
      ? ''
      : `<ext-link ext-link-type="uri" xlink:href="${escapeXml(one.url)}">${escapeXml(one.url)}</ext-link>`;
  return `<ref id="ref${place + 1}">${element('label', one.label)}<mixed-citation>${escapeXml(plainText(text))}${numbers}${link}</mixed-citation></ref>\n`;
}
