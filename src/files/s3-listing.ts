import { SaxesParser } from 'saxes';
import { digestAt, type KeptContent } from './content.ts';

export interface ListingPage {
  readonly contents: readonly KeptContent[];
  /** The token of the page after it; undefined: this is the last one. */
  readonly next: string | undefined;
}

/**
 * What a store answers to ListObjectsV2; objects that are no contents below the prefix (with its
 * slash) are passed over. Undefined: it is no such answer, or one that says that there is more and
 * not where.
 */
export function listingPage(text: string, prefix: string): ListingPage | undefined {
  const contents: KeptContent[] = [];
  const path: string[] = [];
  let values: Record<string, string> = {};
  const answer: Record<string, string> = {};
  let root = '';
  let broken = false;
  const parser = new SaxesParser();
  parser.on('error', () => {
    broken = true;
  });
  parser.on('opentag', ({ name }) => {
    path.push(name);
    if (path.length === 1) root = name;
    if (path.length === 2 && name === 'Contents') values = {};
  });
  const onText = (more: string): void => {
    const [, second, third] = path;
    if (path.length === 2) answer[second!] = (answer[second!] ?? '') + more;
    else if (path.length === 3 && second === 'Contents') values[third!] = (values[third!] ?? '') + more;
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    if (path.length === 2 && path[1] === 'Contents') {
      const { Key = '', Size = '', LastModified = '' } = values;
      const digest = Key.startsWith(prefix) ? digestAt(Key.slice(prefix.length)) : undefined;
      if (digest !== undefined) contents.push({ digest, bytes: Number(Size), modified: new Date(LastModified) });
    }
    path.pop();
  });
  parser.write(text).close();
  if (broken || root !== 'ListBucketResult') return undefined;
  const { IsTruncated, NextContinuationToken: next } = answer;
  if (IsTruncated?.trim() !== 'true') return { contents, next: undefined };
  return next === undefined ? undefined : { contents, next };
}
