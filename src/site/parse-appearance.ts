import { createHash } from 'node:crypto';
import type { Entry, Value, YamlReader } from '../yaml/yaml-reader.ts';
import { isLanguage, readNames } from './parse-names.ts';
import type { FooterLink, LocalText, SiteImage, SitePage } from './site.ts';

/**
 * What a file beside the site file holds, or what is wrong with it, as the end of a sentence about
 * it; undefined: there is none. Of one with more bytes than are wanted nothing need be read.
 */
export type SiteFiles = (path: string, largest: number) => Uint8Array | SiteFileProblem | undefined;

export interface SiteFileProblem {
  readonly problem: string;
}

/** Bytes. */
const largestLogo = 200_000;
const largestPage = 200_000;

/** A text for people, or one for each language; the first is used if none is better. */
export function readLocal(reader: YamlReader, value: Value | undefined): LocalText | undefined {
  if (value === undefined) return undefined;
  if (value.node?.kind !== 'map') {
    const text = reader.text(value);
    return text === undefined ? undefined : { text, names: {} };
  }
  const names = readNames(reader, value);
  return { text: Object.values(names)[0] ?? '', names };
}

/** Markdown as `readLocal` reads texts; a single word that ends in .md names a file that has it. */
export function readMarkdown(reader: YamlReader, value: Value | undefined, files: SiteFiles): LocalText | undefined {
  const local = readLocal(reader, value);
  if (local === undefined || value === undefined) return undefined;
  const lines = new Map(reader.isText(value) ? [] : reader.entries(value).map(({ key, line }) => [key, line]));
  const whole = (text: string, line: number): string => {
    if (!/^\S+\.md$/.test(text)) return text;
    const bytes = readFile(reader, { ...value, line }, text, files, largestPage);
    return bytes === undefined ? '' : new TextDecoder().decode(bytes);
  };
  const names = Object.fromEntries(
    Object.entries(local.names).map(([language, text]) => [language, whole(text, lines.get(language) ?? value.line)]),
  );
  return { text: Object.values(names)[0] ?? whole(local.text, value.line), names };
}

function readFile(
  reader: YamlReader,
  { name, line }: Value,
  path: string,
  files: SiteFiles,
  largest: number,
): Uint8Array | undefined {
  const found = files(path, largest);
  if (found === undefined) reader.report(line, `${name}: the file ${path} cannot be read beside the site file.`);
  else if ('problem' in found) reader.report(line, `${name}: ${path} ${found.problem}.`);
  else if (found.length > largest)
    reader.report(line, `${name}: ${path} has ${found.length} bytes; at most ${largest} are allowed.`);
  else return found;
  return undefined;
}

export function readLogo(reader: YamlReader, value: Value | undefined, files: SiteFiles): SiteImage | undefined {
  const path = value === undefined ? undefined : reader.text(value);
  if (path === undefined || value === undefined) return undefined;
  const bytes = readFile(reader, value, path, files, largestLogo);
  if (bytes === undefined) return undefined;
  const type = imageType(bytes);
  if (type === undefined) {
    reader.report(value.line, `site.logo: ${path} is neither PNG nor SVG.`);
    return undefined;
  }
  if (type === 'svg' && isActive(new TextDecoder().decode(bytes)))
    reader.report(value.line, `site.logo: ${path} has scripts or loads other files; a logo must not.`);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { type, digest, data: Buffer.from(bytes).toString('base64') };
}

const pngBegin = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function imageType(bytes: Uint8Array): SiteImage['type'] | undefined {
  if (pngBegin.equals(bytes.subarray(0, pngBegin.length))) return 'png';
  const text = new TextDecoder().decode(bytes);
  return /^\uFEFF?\s*<(?:\?xml|!--|!DOCTYPE|svg)/i.test(text) && /<svg[\s>]/i.test(text) ? 'svg' : undefined;
}

/** It is sent in a way that its scripts never run; its author should know that before. */
function isActive(svg: string): boolean {
  return /<(?:script|foreignObject|iframe|handler)\b|\son\w+\s*=|javascript:|<!ENTITY|href\s*=\s*["']\s*(?:https?:)?\/\//i.test(
    svg,
  );
}

export function readLinks(reader: YamlReader, value: Value | undefined): readonly FooterLink[] {
  return reader.items(value).flatMap((item) => {
    const members = reader.members(item, ['text', 'address']);
    const text = readLocal(reader, members.text);
    const address = members.address === undefined ? undefined : reader.text(members.address);
    if (members.text === undefined || members.address === undefined)
      reader.report(item.line, `${item.name} needs a text and an address.`);
    if (address !== undefined && !isLink(address))
      reader.report(
        members.address?.line ?? item.line,
        `${item.name}: '${address}' is not an address: write https://..., mailto:... or a path such as /pages/about.`,
      );
    return text === undefined || address === undefined ? [] : [{ text, address }];
  });
}

function isLink(address: string): boolean {
  if (/^\/(?![/\\])\S*$/.test(address)) return true;
  return /^(?:https?:\/\/|mailto:)\S+$/.test(address) && URL.canParse(address);
}

export function readPages(reader: YamlReader, value: Value | undefined, files: SiteFiles): readonly SitePage[] {
  return reader.entries(value).map((entry) => readPage(reader, entry, files));
}

function readPage(reader: YamlReader, entry: Entry, files: SiteFiles): SitePage {
  if (!/^[a-z0-9][a-z0-9-]{0,60}$/.test(entry.key))
    reader.report(entry.line, `'${entry.key}' cannot name a page: use lower-case letters, digits and -.`);
  const isLong = entry.node?.kind === 'map' && !reader.entries(entry).every(({ key }) => isLanguage(key));
  const members = isLong ? reader.members(entry, ['title', 'text', 'footer']) : { text: entry };
  const { title, footer } = members as { readonly [P in 'title' | 'footer']?: Entry };
  const markdown = members.text === undefined ? undefined : readMarkdown(reader, members.text, files);
  if (members.text === undefined)
    reader.report(entry.line, `${entry.name} needs a text: Markdown, or the path of a file that ends in .md.`);
  const parts = mapped(markdown ?? { text: '', names: {} }, cut);
  return {
    slug: entry.key,
    title: readLocal(reader, title) ?? mapped(parts, ([heading]) => heading || entry.key),
    text: mapped(parts, ([heading, text]) => (title === undefined || heading === '' ? text : `# ${heading}\n${text}`)),
    inFooter: footer === undefined || reader.flag(footer),
  };
}

interface Local<T> {
  readonly text: T;
  readonly names: Readonly<Record<string, T>>;
}

function mapped<T, U>({ text, names }: Local<T>, change: (one: T) => U): Local<U> {
  return {
    text: change(text),
    names: Object.fromEntries(Object.entries(names).map(([language, one]) => [language, change(one)])),
  };
}

/** The heading with which a text begins, and the rest. */
function cut(markdown: string): readonly [heading: string, text: string] {
  const match = /^\uFEFF?\s*# +(.+?)[ #]*(?:\r?\n|$)/.exec(markdown);
  return match === null ? ['', markdown] : [match[1]!, markdown.slice(match[0].length)];
}
