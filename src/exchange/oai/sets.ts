import type { OaiSettings } from '../../site/site.ts';

/** A set that harvesters may ask for. */
export interface OfferedSet {
  readonly spec: string;
  readonly name: string;
  readonly names: Readonly<Record<string, string>>;
  readonly description: string;
  /** A record is in it that one of these finds: its own query, and those of the sets inside it. */
  readonly queries: readonly string[];
}

const known = new WeakMap<OaiSettings, readonly OfferedSet[]>();

/**
 * The sets of a site file in its order, each behind its parents. A parent that the file does not
 * name is made, and has the name of its spec.
 */
export function offeredSets(settings: OaiSettings): readonly OfferedSet[] {
  const before = known.get(settings);
  if (before !== undefined) return before;
  const specs = new Set<string>();
  for (const { spec } of settings.sets) {
    const parts = spec.split(':');
    for (let length = 1; length <= parts.length; length++) specs.add(parts.slice(0, length).join(':'));
  }
  const sets = [...specs].map((spec): OfferedSet => {
    const own = settings.sets.find((one) => one.spec === spec);
    return {
      spec,
      name: own?.name ?? spec,
      names: own?.names ?? {},
      description: own?.description ?? '',
      queries: settings.sets.filter((one) => isInside(one.spec, spec)).map(({ query }) => query),
    };
  });
  known.set(settings, sets);
  return sets;
}

/** A header has the innermost sets only: the others follow from their specs. */
export function innermost(specs: readonly string[]): readonly string[] {
  return specs.filter((spec) => !specs.some((other) => other !== spec && isInside(other, spec)));
}

function isInside(spec: string, outer: string): boolean {
  return spec === outer || spec.startsWith(`${outer}:`);
}
