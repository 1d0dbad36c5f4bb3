import { builtInFile, builtInText } from './built-in.ts';
import { type IndexVersions, newestVersions } from './index-versions.ts';
import { parseSite } from './parse.ts';
import type { Site } from './site.ts';

const sites = new Map<string, Site>();

/** The text of the site file in force without `reperio site apply`. */
export function defaultSiteText(versions: IndexVersions = newestVersions): string {
  return builtInText(builtInFile('default', versions));
}

export function defaultSite(versions: IndexVersions = newestVersions): Site {
  const file = builtInFile('default', versions);
  const known = sites.get(file);
  if (known !== undefined) return known;
  const { site, problems } = parseSite(builtInText(file));
  if (site === undefined) throw new Error(`${file} has mistakes: ${JSON.stringify(problems)}`);
  sites.set(file, site);
  return site;
}
