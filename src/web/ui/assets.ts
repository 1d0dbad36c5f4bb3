import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Site } from '../../site/site.ts';
import { filePolicy } from '../http/security-headers.ts';
import { themeCss } from './theme.ts';

export interface Asset {
  readonly contentType: string;
  readonly body: Buffer;
  readonly brotli: Buffer;
  readonly gzip: Buffer;
  /** A policy of its own: it comes from the site file, and runs as nobody's script. */
  readonly policy?: string;
}

/** Addresses hold a hash of the content, so a browser may keep what is behind them for ever. */
export interface AssetAddresses {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
  /** Undefined: the site has none. */
  readonly logo: string | undefined;
}

export interface Assets {
  readonly addresses: AssetAddresses;
  /** By file name in /assets/. */
  readonly files: ReadonlyMap<string, Asset>;
}

const folder = new URL('./assets/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** Files of the one stylesheet, in the order in which they are joined. */
const styles = [
  'base',
  'frame',
  'controls',
  'home',
  'search',
  'record',
  'citations',
  'account',
  'editor',
  'profile',
  'narrow',
  'thumbnails',
  'print',
];

/** Files of the one script. */
const scripts = ['enhance', 'menus', 'copy', 'recent', 'suggest', 'years', 'live', 'held'];

function stylesheet(): string {
  const shares = Array.from({ length: 50 }, (_, i) => `.w${(i + 1) * 2}{--w:${(i + 1) * 2}%}`).join('');
  return styles.map((name) => read(`style/${name}.css`)).join('') + shares;
}

/**
 * The site may change its colour while we run, and a page of before still asks for the old
 * stylesheet.
 */
const assetsKept = 4;
/** By accent and logo: those last made, of all applications of this process. */
const kept = new Map<string, Assets>();

/** What of a site is in its assets: the stylesheet has its accent colour. */
export type AssetSite = Pick<Site, 'accent' | 'logo'>;

export function assetsOf(site: AssetSite): Assets {
  const key = `${site.accent} ${site.logo?.digest ?? ''}`;
  let made = kept.get(key);
  if (made === undefined) {
    made = makeAssets(site);
    const [oldest] = kept.keys();
    if (kept.size >= assetsKept && oldest !== undefined) kept.delete(oldest);
    kept.set(key, made);
  }
  return made;
}

const imageTypes = { svg: 'image/svg+xml', png: 'image/png' } as const;

function makeAssets({ accent, logo }: AssetSite): Assets {
  const files = new Map<string, Asset>();
  const add = (
    name: string,
    extension: string,
    contentType: string,
    text: string | Buffer,
    policy?: string,
  ): string => {
    const body = Buffer.from(text);
    const file = `${name}-${createHash('sha256').update(body).digest('hex').slice(0, 12)}.${extension}`;
    const brotli = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    files.set(file, { contentType, body, brotli, gzip: gzipSync(body), ...(policy !== undefined && { policy }) });
    return `/assets/${file}`;
  };
  const addresses = {
    style: add('style', 'css', 'text/css; charset=utf-8', themeCss(accent) + stylesheet()),
    script: add(
      'enhance',
      'js',
      'text/javascript; charset=utf-8',
      scripts.map((name) => read(`${name}.js`)).join('\n'),
    ),
    icon: add('icon', 'svg', 'image/svg+xml', read('icon.svg')),
    logo: logo && add('logo', logo.type, imageTypes[logo.type], Buffer.from(logo.data, 'base64'), filePolicy),
  };
  return { addresses, files };
}
