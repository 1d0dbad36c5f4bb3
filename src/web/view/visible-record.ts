import { may } from '../../access/person.ts';
import { compilePath, type MarcPath } from '../../marc/path.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import type { Site } from '../../site/site.ts';
import type { Exchange } from '../exchange.ts';

const compiled = new WeakMap<Site, readonly MarcPath[]>();

/** A record as this person may see it: without the site's hidden paths. Every record that leaves goes through here. */
export function visibleRecord(
  { snapshot, person }: Pick<Exchange, 'snapshot' | 'person'>,
  record: MarcRecord,
): MarcRecord {
  const { site } = snapshot;
  if (may(site, person, 'viewhiddenpaths')) return record;
  let paths = compiled.get(site);
  if (paths === undefined) {
    paths = site.hiddenPaths.map(compilePath);
    compiled.set(site, paths);
  }
  return withoutPaths(record, paths);
}
