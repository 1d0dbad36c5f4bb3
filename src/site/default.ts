import { readFileSync } from 'node:fs';
import { type IndexVersions, isEarlierAnalysis, newestVersions } from './index-versions.ts';
import { parseSite } from './parse.ts';
import type { Site } from './site.ts';

/**
 * While an index of an earlier analysis is in force, so is the default site it was made by:
 * releases that serve one library must agree on it.
 */
type File = 'default.yaml' | 'default-before.yaml';

const texts = new Map<File, string>();
const sites = new Map<File, Site>();

function fileFor(versions: IndexVersions): File {
  return isEarlierAnalysis(versions) ? 'default-before.yaml' : 'default.yaml';
}

/** The text of the site file in force without `reperio site apply`. */
export function defaultSiteText(versions: IndexVersions = newestVersions): string {
  const file = fileFor(versions);
  const known = texts.get(file) ?? readFileSync(new URL(file, import.meta.url), 'utf8');
  texts.set(file, known);
  return known;
}

export function defaultSite(versions: IndexVersions = newestVersions): Site {
  const file = fileFor(versions);
  const known = sites.get(file);
  if (known !== undefined) return known;
  const { site, problems } = parseSite(defaultSiteText(versions));
  if (site === undefined) throw new Error(`${file} has mistakes: ${JSON.stringify(problems)}`);
  sites.set(file, site);
  return site;
}
