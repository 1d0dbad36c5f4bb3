import { readFileSync } from 'node:fs';
import { type IndexVersions, isEarlierAnalysis } from './index-versions.ts';

/** The site files that this release brings, by the name under which another one extends them. */
export const builtIns = ['default', 'unimarc'] as const;
export type BuiltIn = (typeof builtIns)[number];

const texts = new Map<string, string>();

/**
 * While an index of an earlier analysis is in force, so is the default site it was made by:
 * releases that serve one library must agree on it.
 */
export function builtInFile(name: BuiltIn, versions: IndexVersions): string {
  return name === 'default' && isEarlierAnalysis(versions) ? 'default-before.yaml' : `${name}.yaml`;
}

export function builtInText(file: string): string {
  const known = texts.get(file) ?? readFileSync(new URL(file, import.meta.url), 'utf8');
  texts.set(file, known);
  return known;
}
