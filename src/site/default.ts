import { readFileSync } from 'node:fs';
import { parseSite } from './parse.ts';
import type { Site } from './site.ts';

let text: string | undefined;
let site: Site | undefined;

/** The text of the site file in force without `reperio site apply`. */
export function defaultSiteText(): string {
  text ??= readFileSync(new URL('default.yaml', import.meta.url), 'utf8');
  return text;
}

export function defaultSite(): Site {
  if (site === undefined) {
    const parsed = parseSite(defaultSiteText());
    if (parsed.site === undefined) throw new Error(`default.yaml has mistakes: ${JSON.stringify(parsed.problems)}`);
    site = parsed.site;
  }
  return site;
}
