import { makersOf } from '../description/names.ts';
import type { Work } from '../description/work.ts';
import { exportFormats } from './formats.ts';
import { schemaTypes } from './metadata.ts';

/**
 * Signposting (signposting.org, FAIR profile): typed links by which programs find what belongs to a
 * record without reading its page.
 */
export interface Signpost {
  readonly rel: 'author' | 'cite-as' | 'describedby' | 'item' | 'license' | 'linkset' | 'type';
  readonly href: string;
  readonly type?: string;
}

interface SignpostedRecord {
  /** Address of the page. */
  readonly address: string;
  readonly work: Work;
  /** Its documents. */
  readonly items: readonly Pick<Signpost, 'href' | 'type'>[];
}

/** All links of a record, the most useful first. What is no address is left out. */
export function signposts({ address, work, items }: SignpostedRecord): readonly Signpost[] {
  const doi = work.identifiers.find((one) => one.kind === 'doi')?.url;
  const orcids = makersOf(work.contributors).authors.flatMap(({ orcid }) => (orcid === undefined ? [] : [orcid]));
  const all: readonly Signpost[] = [
    { rel: 'cite-as', href: doi ?? address },
    { rel: 'type', href: 'https://schema.org/AboutPage' },
    { rel: 'type', href: `https://schema.org/${schemaTypes[work.type]}` },
    ...work.licences.flatMap(({ url }): Signpost[] => (url === undefined ? [] : [{ rel: 'license', href: url }])),
    { rel: 'linkset', href: `${address}/linkset`, type: linksetType },
    ...items.map((item): Signpost => ({ rel: 'item', ...item })),
    ...[...new Set(orcids)].map((orcid): Signpost => ({ rel: 'author', href: `https://orcid.org/${orcid}` })),
    ...exportFormats
      .filter(({ mediaTypes }) => mediaTypes.length > 0)
      .map(
        ({ code, contentType }): Signpost => ({
          rel: 'describedby',
          href: `${address}/export/${code}`,
          type: contentType.split(';')[0]!,
        }),
      ),
  ];
  // As an address is written in ASCII: what is in a record may be anything.
  return all.flatMap((one) => (URL.canParse(one.href) ? [{ ...one, href: new URL(one.href).href }] : []));
}

export const linksetType = 'application/linkset+json';

/** Of each kind in a header: proxies refuse long ones, and the link set has all. */
const mostInHeader = 10;

/** The value of a header Link (RFC 8288). */
export function linkHeader(links: readonly Signpost[]): string {
  const count = new Map<string, number>();
  const few = links.filter(({ rel }) => {
    const before = count.get(rel) ?? 0;
    count.set(rel, before + 1);
    return rel === 'describedby' || before < mostInHeader;
  });
  return few
    .map(({ rel, href, type }) => `<${href}>; rel="${rel}"${type === undefined ? '' : `; type="${type}"`}`)
    .join(', ');
}

/** A link set as JSON (RFC 9264, 4.2). */
export function linkset(anchor: string, links: readonly Signpost[]): string {
  const byRel = Object.groupBy(
    links.filter(({ rel }) => rel !== 'linkset'),
    ({ rel }) => rel,
  );
  const targets = Object.fromEntries(
    Object.entries(byRel).map(([rel, some]) => [rel, some.map(({ rel: _, ...target }) => target)]),
  );
  return `${JSON.stringify({ linkset: [{ anchor, ...targets }] })}\n`;
}
