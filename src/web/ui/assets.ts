import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { themeCss } from './theme.ts';

export interface Asset {
  readonly contentType: string;
  readonly body: Buffer;
  readonly brotli: Buffer;
  readonly gzip: Buffer;
}

/** Addresses hold a hash of the content, so a browser may keep what is behind them for ever. */
export interface AssetAddresses {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
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
  'profile',
  'narrow',
  'print',
];

/** Files of the one script. */
const scripts = ['enhance', 'menus', 'copy', 'suggest', 'years'];

function stylesheet(): string {
  const shares = Array.from({ length: 50 }, (_, i) => `.w${(i + 1) * 2}{--w:${(i + 1) * 2}%}`).join('');
  return styles.map((name) => read(`style/${name}.css`)).join('') + shares;
}

/**
 * The site may change its colour while we run, and a page of before still asks for the old
 * stylesheet.
 */
const assetsKept = 4;
/** By accent: those last made, of all applications of this process. */
const kept = new Map<string, Assets>();

/**
 * The stylesheet has the site's accent colour in it, so there is one set of assets for each accent.
 */
export function assetsOf(accent: string): Assets {
  let made = kept.get(accent);
  if (made === undefined) {
    made = makeAssets(accent);
    const [oldest] = kept.keys();
    if (kept.size >= assetsKept && oldest !== undefined) kept.delete(oldest);
    kept.set(accent, made);
  }
  return made;
}

function makeAssets(accent: string): Assets {
  const files = new Map<string, Asset>();
  const add = (name: string, extension: string, contentType: string, text: string): string => {
    const body = Buffer.from(text);
    const file = `${name}-${createHash('sha256').update(body).digest('hex').slice(0, 12)}.${extension}`;
    const brotli = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    files.set(file, { contentType, body, brotli, gzip: gzipSync(body) });
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
  };
  return { addresses, files };
}
