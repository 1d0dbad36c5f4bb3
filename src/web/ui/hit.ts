import { type Html, type HtmlValue, html, join, nothing } from '../../html/html.ts';
import type { Brief } from '../../index/brief.ts';
import type { LocalText, Site } from '../../site/site.ts';
import { attempt } from './attempt.ts';
import { type Highlighter, noHighlight, richLine, richText } from './highlight.ts';
import type { PageContext } from './page-context.ts';
import { pairText } from './pair-text.ts';

export interface Hit {
  readonly id: number;
  /** Its place in the whole result, from 1. */
  readonly rank: number;
  readonly brief: Brief;
  /** How often it is cited by what the reader may see. */
  readonly citations: number;
  /** What to show of its text, and where that comes from when it is not the abstract. */
  readonly fragment: { readonly text: string; readonly place: string | undefined } | undefined;
  /** Of a document that the reader may see. */
  readonly thumbnail?: HitThumbnail | undefined;
}

export interface HitThumbnail {
  readonly address: string;
  /** What it shows; '' is not known. */
  readonly text: string;
}

/**
 * `marks`: the form to which a box beside each hit belongs, by its id; undefined: there are none.
 */
export function hitList(context: PageContext, hits: readonly Hit[], highlighter: Highlighter, marks?: string): Html {
  return html`<ol class="hits" start="${hits[0]?.rank ?? 1}">${hits.map((one) => attempt(context, one.id, () => hitItem(context, one, highlighter, marks)))}</ol>`;
}

function hitItem(context: PageContext, hit: Hit, highlighter: Highlighter, marks: string | undefined): Html {
  const { tr } = context;
  const { brief, fragment } = hit;
  return html`<li class="hit${hit.thumbnail !== undefined && ' with-thumbnail'}"><span class="rank number" aria-hidden="true">${tr.number(hit.rank)}</span><div>${marks !== undefined && html`<input class="mark" type="checkbox" name="id" value="${hit.id}" form="${marks}" aria-label="${tr.t('hit.mark', { id: String(hit.id) })}">`}
<h2><a href="/record/${hit.id}" dir="auto">${titleHtml(context, brief.t, highlighter)}</a></h2>
${byLine(context, brief, highlighter)}
<p class="where">${whereLine(context, brief, citedLink(context, hit))}</p>
${fragment !== undefined && html`<p class="fragment" dir="auto">${fragment.place !== undefined && html`<span class="muted">${pairText(context, fragment.place, '')}</span>`}${richLine(fragment.text, highlighter)}</p>`}
</div>${hit.thumbnail !== undefined && hitThumbnail(hit, hit.thumbnail, listBox)}<abbr class="unapi-id" title="${context.baseUrl}/record/${hit.id}"></abbr></li>
`;
}

/**
 * Pixels of the page: whatever a thumbnail has is fitted into it, so that nothing moves when it
 * comes.
 */
const listBox = { width: 112, height: 84 };
const galleryBox = { width: 240, height: 180 };

/**
 * The title beside it leads to the record too: who reads with the keyboard or by ear meets one
 * link.
 */
function hitThumbnail({ id }: Hit, { address, text }: HitThumbnail, { width, height }: typeof listBox): Html {
  return html`<a class="thumbnail" href="/record/${id}" tabindex="-1" aria-hidden="true"><img src="${address}" width="${width}" height="${height}" loading="lazy" decoding="async" alt="${text}"></a>`;
}

/** of=hp: hits by what they look like. */
export function gallery(context: PageContext, hits: readonly Hit[], highlighter: Highlighter): Html {
  const item = (hit: Hit): Html => {
    const { id, brief, thumbnail } = hit;
    const kind = brief.k.length > 0 && kindName(context, brief.k[0]!);
    const year = brief.y > 0 && html`<span class="number">${String(brief.y)}</span>`;
    const facts = [year, kind].filter((part) => part !== false);
    return html`<li>${thumbnail === undefined ? html`<span class="thumbnail none" aria-hidden="true">${kind}</span>` : hitThumbnail(hit, thumbnail, galleryBox)}
<h2><a href="/record/${id}" dir="auto">${titleHtml(context, brief.t, highlighter)}</a></h2>
${byLine(context, brief, highlighter)}
<p class="where">${join(facts, ' · ')}</p>
<abbr class="unapi-id" title="${context.baseUrl}/record/${id}"></abbr></li>
`;
  };
  return html`<ol class="gallery" start="${hits[0]?.rank ?? 1}">${hits.map((one) => attempt(context, one.id, () => item(one)))}</ol>`;
}

export function titleHtml(context: PageContext, title: string, highlighter: Highlighter = noHighlight): HtmlValue {
  return title === '' ? context.tr.t('record.untitled') : richText(title, highlighter);
}

/** "Ellis, J; Gaillard, M K; Zumino, B and 2,997 more". */
export function byLine(context: PageContext, brief: Brief, highlighter: Highlighter = noHighlight): Html {
  if (brief.a.length === 0) return nothing;
  const names = join(
    brief.a.map((name) => richText(name, highlighter)),
    '; ',
  );
  const more = brief.n - brief.a.length;
  return html`<p class="by" dir="auto">${more > 0 ? context.tr.rich('hit.and_more', { names, count: more }) : names}</p>`;
}

/** Year, journal, kind, identifiers and files, separated by dots. */
function whereLine(context: PageContext, brief: Brief, cited: HtmlValue): HtmlValue {
  const { tr } = context;
  const inJournal = brief.y > 0 && brief.j.includes(String(brief.y));
  const parts: HtmlValue[] = [
    brief.j !== '' && richText(brief.j),
    brief.y > 0 && !inJournal && html`<span class="number">${String(brief.y)}</span>`,
    brief.k.length > 0 && kindName(context, brief.k[0]!),
    ...brief.i.slice(0, 2).map(([kind, value]) => identifierText(kind, value)),
    brief.f > 0 && tr.t('hit.files', { count: brief.f }),
    brief.h !== undefined && shelfText(brief.h),
    cited,
  ];
  return join(
    parts.filter((part) => part !== false),
    ' · ',
  );
}

/** "Main Library, Reading room: QC174.12 .G74 2005". */
function shelfText([place, mark]: NonNullable<Brief['h']>): HtmlValue {
  const shown = mark !== '' && html`<bdi>${mark}</bdi>`;
  return place === '' ? shown : html`<bdi>${place}</bdi>${shown !== false && html`: ${shown}`}`;
}

function citedLink({ tr }: PageContext, { id, citations }: Hit): HtmlValue {
  return citations > 0 && html`<a href="/record/${id}/citations">${tr.t('hit.cited', { count: citations })}</a>`;
}

function identifierText(kind: string, value: string): string {
  return /^(isbn|issn|doi)$/i.test(kind) ? `${kind.toUpperCase()}: ${value}` : value;
}

/**
 * What people call a kind of document (980): "ARTICLE" is "Article", in their language when it is
 * known. What the site file calls it in a facet of kinds counts first.
 */
export function kindName(context: PageContext, kind: string): string {
  const { site, tr } = context;
  const key = `kind.${kind.toLowerCase()}`;
  const named = namesOfKind(site, kind);
  // A text alone is in the first language of the site.
  const isIn = named !== undefined && (Object.keys(named.names).length > 0 || tr.language === site.languages[0]);
  if (tr.has(key) && !isIn) return tr.t(key);
  if (named !== undefined) return tr.nameOf(named.names, named.text);
  return /^[A-Z_ ]+$/.test(kind) ? kind.charAt(0) + kind.slice(1).toLowerCase().replaceAll('_', ' ') : kind;
}

function namesOfKind(site: Site, kind: string): LocalText | undefined {
  for (const base of kindBases(site)) {
    const text = site.knowledge[base] ?? {};
    if (Object.hasOwn(text, kind)) return { text: text[kind]!, names: site.labels[base]?.[kind] ?? {} };
  }
  return undefined;
}

const knownBases = new WeakMap<Site, readonly string[]>();

/** Knowledge bases that name kinds: those of facets over the kind of material, or 980. */
function kindBases(site: Site): readonly string[] {
  const known = knownBases.get(site);
  if (known !== undefined) return known;
  const bases = site.facets.flatMap(({ labels, field, paths }) => {
    const isOfKinds =
      paths.some((path) => path.startsWith('980')) ||
      site.fields.some(({ code, index }) => code === field && index?.tokenizer === 'material');
    return isOfKinds && labels !== undefined ? [labels] : [];
  });
  knownBases.set(site, bases);
  return bases;
}
