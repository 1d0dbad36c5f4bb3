import { compilePath, type MarcPath } from '../../marc/path.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import { may } from '../../people/person.ts';
import type { Site } from '../../site/site.ts';
import type { Exchange } from '../exchange/exchange.ts';

const compiled = new WeakMap<Site, readonly MarcPath[]>();

type Asker = Pick<Exchange, 'snapshot' | 'person'>;

/**
 * A record as this person may see it: without the site's hidden paths. Every record that leaves
 * goes through here.
 */
export function visibleRecord({ snapshot, person }: Asker, record: MarcRecord): MarcRecord {
  const { site } = snapshot;
  return may(site, person, 'viewhiddenpaths') ? record : withoutPaths(record, hiddenPaths(site));
}

function hiddenPaths(site: Site): readonly MarcPath[] {
  let paths = compiled.get(site);
  if (paths === undefined) {
    paths = site.hiddenPaths.map(compilePath);
    compiled.set(site, paths);
  }
  return paths;
}

/**
 * May this person see all of a record that is in stored form (see marc/stored.ts)? Then it may
 * leave as it is; else it is decoded and goes through
 * `visibleRecord`. Only the tags are looked at, so a field of which a part is hidden counts as hidden,
 * and so does any 880: it may stand for one.
 */
export function isWhollyVisible({ snapshot, person }: Asker, parts: readonly string[]): boolean {
  const { site } = snapshot;
  const paths = hiddenPaths(site);
  if (paths.length === 0 || may(site, person, 'viewhiddenpaths')) return true;
  // A path of the leader is none of a tag.
  if (paths.some((path) => /^LDR/i.test(path.text))) return false;
  for (let at = 1; at < parts.length; ) {
    const head = parts[at]!;
    const tag = head.slice(0, 3);
    if (tag === '880' || paths.some((path) => path.matchesTag(tag))) return false;
    at += head.length === 3 ? 2 : head.length - 4;
  }
  return true;
}
