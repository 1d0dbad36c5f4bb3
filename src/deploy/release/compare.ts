import { type IndexVersions, knownPair, sameVersions, versionsText } from '../../site/index-versions.ts';
import { largeTables, parseLocks } from '../../store/migrations/locks.ts';
import type { Release, ReleaseMigration } from './release.ts';

/** What a library has, whichever release made it. */
export interface LibraryState {
  /** Migrations that were applied, by number from 1. */
  readonly migrations: readonly { readonly checksum: string; readonly offline: boolean }[];
  /** By which its index is made. */
  readonly index: IndexVersions | undefined;
}

/** Migrations of a release that a library, or another release, does not have. */
export function pendingMigrations(
  { migrations }: Pick<Release, 'migrations'>,
  there: number,
): readonly ReleaseMigration[] {
  return migrations.filter(({ number }) => number > there);
}

/** Why no node may run this release in turn with others on this library, one sentence each. */
export function libraryObstacles(to: Release, { migrations, index }: LibraryState): readonly string[] {
  const there = migrations.length;
  const other = to.migrations.find(({ number, checksum }) => {
    const applied = migrations[number - 1];
    return applied !== undefined && applied.checksum !== checksum;
  });
  const offline = there === 0 ? [] : pendingMigrations(to, there).filter((each) => each.offline);
  const undone = migrations.findIndex((applied, at) => applied.offline && at >= to.migrations.length);
  return [
    ...(other === undefined
      ? []
      : [
          `The library was made with another ${other.file}: this release is not of the same history. Deploy another one.`,
        ]),
    ...offline.map(
      ({ file }) =>
        `${file} is offline: no node may run while it is applied. Announce it with \`reperio site level closed\`, follow the recipe of ` +
        '`reperio release recipe`, which stops all nodes, and deploy afterwards.',
    ),
    ...(undone < 0
      ? []
      : [
          `Migration ${undone + 1} of the library is offline, and release ${to.version} does not know it: only a restored backup brings the library back before it.`,
        ]),
    ...indexObstacles(to, index),
  ];
}

function indexObstacles(to: Release, index: IndexVersions | undefined): readonly string[] {
  if (index === undefined || knownPair(index, to.index) !== undefined) return [];
  const known = to.index.map(versionsText).join('; ');
  const oldest = to.index[0];
  const isOlder = oldest !== undefined && (index.analysis < oldest.analysis || index.format < oldest.format);
  const way = isOlder
    ? 'Run `reperio index upgrade` with the current release, or deploy a release between the two first.'
    : 'Run `reperio index downgrade` with the current release first.';
  return [`The index is of ${versionsText(index)}, and release ${to.version} reads ${known}. ${way}`];
}

/** How the index goes on when all nodes run the release; undefined: as it is. */
export function newIndex(
  to: Pick<Release, 'index'>,
  index: IndexVersions | undefined,
): { readonly from: string; readonly to: string } | undefined {
  const newest = to.index.at(-1);
  if (index === undefined || newest === undefined || sameVersions(index, newest)) return undefined;
  return { from: versionsText(index), to: versionsText(newest) };
}

/**
 * "writes wait some 4 s (108,000 rows)", for a library with so many rows; undefined: nothing waits.
 */
export function waitText(
  { locks }: Pick<ReleaseMigration, 'locks'>,
  rows: Readonly<Record<string, number>> | undefined,
): string | undefined {
  if (locks === undefined) return undefined;
  const parsed = parseLocks(locks);
  if (parsed === undefined || rows === undefined) return `locks ${locks}`;
  const count = parsed.tables
    .filter((table) => largeTables.includes(table))
    .reduce((sum, table) => sum + (rows[table] ?? 0), 0);
  const seconds = count * parsed.perRow;
  const time = seconds < 1 ? 'less than a second' : `some ${Math.ceil(seconds)} s`;
  return `${parsed.waits} to ${parsed.tables.join(' and ')} wait ${time} (${Math.round(count).toLocaleString('en')} rows)`;
}

export interface SettingsChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function settingsChange(from: Pick<Release, 'settings'>, to: Pick<Release, 'settings'>): SettingsChange {
  return {
    added: to.settings.filter((name) => !from.settings.includes(name)),
    removed: from.settings.filter((name) => !to.settings.includes(name)),
  };
}
