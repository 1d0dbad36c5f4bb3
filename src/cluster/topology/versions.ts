import type { EtcdApi, Versions } from './topology.ts';

/**
 * Negative, zero or positive, as for sorting. Versions are numbers with dots; what is left out is
 * 0.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let at = 0; at < 4; at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function isVersion(text: string): boolean {
  return /^\d{1,5}(?:\.\d{1,5}){0,3}$/.test(text);
}

/**
 * Patroni before this one, with the v3 API of etcd, lets a primary that was cut off write itself
 * over the leader that was chosen meanwhile. Debian 12's 3.0.2 lost 1,900 to 3,600 acknowledged
 * rows of 7,500 to 8,800 in three of five cuts (docs/cluster.md); 4.0.7 lost none. Patroni's
 * release notes have the last mendings of that kind ("stale primary", "invalidate internal KV
 * cache") in 3.1.0.
 */
const safeWithEtcd3 = '3.1.0';
/** The v2 API is gone: "etcd 3.5 is the last version that supports V2 API". */
const withoutV2 = '3.6';
/** Before it, settings had other names, and the library needs PostgreSQL 15. */
const oldestPatroni = '3.0.0';
const oldestPostgres = '15';

/** What loses nothing with these versions; the v3 API where both can be trusted. */
export function safeApi({ patroni }: Versions): EtcdApi {
  return compareVersions(patroni, safeWithEtcd3) >= 0 ? 'etcd3' : 'etcd';
}

export interface VersionProblem {
  readonly at: keyof Versions | 'api';
  readonly message: string;
}

const wayOut = `take Patroni ${safeWithEtcd3} or newer (Debian 13 has 4.0.7), or the v2 API (etcd-api: etcd) with etcd 3.4 or 3.5`;

export function versionProblems(versions: Versions, api: EtcdApi): readonly VersionProblem[] {
  const problems: VersionProblem[] = [];
  const { postgresql, patroni, etcd } = versions;
  if (compareVersions(postgresql, oldestPostgres) < 0)
    problems.push({
      at: 'postgresql',
      message: `PostgreSQL ${postgresql} is too old: the library needs ${oldestPostgres}.`,
    });
  if (compareVersions(patroni, oldestPatroni) < 0)
    problems.push({
      at: 'patroni',
      message: `Patroni ${patroni} is too old: before ${oldestPatroni} its settings had other names.`,
    });
  const stale = compareVersions(patroni, safeWithEtcd3) < 0;
  const noV2 = compareVersions(etcd, withoutV2) >= 0;
  if (api === 'etcd3' && stale)
    problems.push({
      at: 'api',
      message: `Patroni ${patroni} with the v3 API of etcd loses acknowledged writes when a primary that was cut off comes back; ${wayOut}.`,
    });
  if (api === 'etcd' && noV2)
    problems.push({
      at: 'etcd',
      message: stale
        ? `Patroni ${patroni} is safe with the v2 API of etcd only, and etcd ${etcd} has none any more; ${wayOut}.`
        : `etcd ${etcd} has no v2 API any more: leave etcd-api out, or write etcd3.`,
    });
  return problems;
}
