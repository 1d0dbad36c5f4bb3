/**
 * Documents of ResourceSync (ANSI/NISO Z39.99-2017) as texts: sitemaps with elements of its own
 * namespace, in the order that it wants. Dates are seconds since 1970.
 */
import { escapeXml } from '../../formats/xml.ts';

export const sitemapNamespace = 'http://www.sitemaps.org/schemas/sitemap/0.9';
const namespaces = `xmlns="${sitemapNamespace}" xmlns:rs="http://www.openarchives.org/rs/terms/"`;

/** Where its documents are. */
export const syncPaths = {
  description: '/.well-known/resourcesync',
  capabilities: '/resourcesync/capabilities.xml',
  resources: '/sitemap.xml',
  changes: '/resourcesync/changes.xml',
} as const;

export type Capability = 'description' | 'capabilitylist' | 'resourcelist' | 'changelist';

/** Attributes of rs:md in their order; those without a value are left out. */
export type Metadata = Readonly<Record<string, string | undefined>>;

export interface Link {
  readonly rel: string;
  readonly href: string;
  readonly type?: string;
}

/** The head of a document: what it is, and where the one above it is. */
export interface Head {
  readonly capability: Capability;
  readonly links: readonly Link[];
  readonly metadata?: Metadata;
}

/** One resource, or one document of an index. */
export interface Listed {
  readonly address: string;
  /** Of the last change, in seconds. */
  readonly modified?: number;
  readonly metadata?: Metadata;
  readonly links?: readonly Link[];
}

export function opening(root: 'urlset' | 'sitemapindex', { capability, links, metadata = {} }: Head): string {
  return `<${root} ${namespaces}>\n${links.map(linkText).join('')}${metadataText({ capability, ...metadata })}\n`;
}

export function closing(root: 'urlset' | 'sitemapindex'): string {
  return `</${root}>\n`;
}

export function listedText(name: 'url' | 'sitemap', { address, modified, metadata, links = [] }: Listed): string {
  const changed = modified === undefined ? '' : `<lastmod>${dateText(modified)}</lastmod>`;
  const told = metadata === undefined ? '' : metadataText(metadata);
  return `<${name}><loc>${escapeXml(address)}</loc>${changed}${told}${links.map(linkText).join('')}</${name}>\n`;
}

/** 2026-01-31T12:00:00Z */
export function dateText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function linkText({ rel, href, type }: Link): string {
  return `<rs:ln rel="${rel}" href="${escapeXml(href)}"${type === undefined ? '' : ` type="${type}"`}/>`;
}

function metadataText(metadata: Metadata): string {
  const attributes = Object.entries(metadata).filter(([, value]) => value !== undefined);
  return `<rs:md ${attributes.map(([name, value]) => `${name}="${escapeXml(value!)}"`).join(' ')}/>`;
}
