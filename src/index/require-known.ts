import { UserError } from '../errors/errors.ts';
import { type IndexVersions, knownPair, knownVersions, versionsText } from '../site/index-versions.ts';
import type { CurrentSite } from '../site/versions.ts';
import { indexErrors } from './errors.ts';

/** Undefined when this release can read and write the index in force; else what to tell. */
export function whyUnknown(inForce: IndexVersions): UserError | undefined {
  if (knownPair(inForce) !== undefined) return undefined;
  const known = knownVersions.map(versionsText).join(', and ');
  return new UserError(indexErrors.unknownVersions, { inForce: versionsText(inForce), known });
}

/** Throws `unknownVersions`: for whatever makes parts of the index. */
export function requireKnown<T extends Pick<CurrentSite, 'inForce'>>(current: T): T {
  const error = whyUnknown(current.inForce);
  if (error !== undefined) throw error;
  return current;
}
