import type { IndexVersions } from '../../site/index-versions.ts';

/**
 * A release: one folder with the program, its Node, its libraries and the embedded PostgreSQL
 * server, whole and read-only, which names itself in `RELEASE.json` and every file in
 * `MANIFEST.sha256`. scripts/release makes it; deploying, packages and recipes read it.
 */
export interface Release {
  /** As in package.json: 0.2.0. */
  readonly version: string;
  /** Full hash of the commit that it was made from. */
  readonly commit: string;
  /** When that was committed, ISO 8601 in UTC. */
  readonly date: string;
  readonly platform: Platform;
  /** Version of the Node that it brings: 24.21.0. */
  readonly node: string;
  /** Major version of the embedded server: 15. */
  readonly postgresql: number;
  /** By number, from 1, without gaps. */
  readonly migrations: readonly ReleaseMigration[];
  /** The pairs of analysis and format of the index that it can read and write, the oldest first. */
  readonly index: readonly IndexVersions[];
  /** Names of all settings that it knows, in the order of the alphabet. */
  readonly settings: readonly string[];
}

export interface Platform {
  readonly arch: 'x64' | 'arm64';
  /** The oldest glibc with which its programs start: 2.28. */
  readonly glibc: string;
}

export interface ReleaseMigration {
  readonly number: number;
  /** 0001-foundation.sql */
  readonly file: string;
  /** SHA-256 of its text, as the table schema_migration has it. */
  readonly checksum: string;
  /** No node may run meanwhile. */
  readonly offline: boolean;
  /** What it locks and for how long, as its line `-- locks:` says; undefined: nothing for long. */
  readonly locks: string | undefined;
}

/** In the folder of a release; itself in the manifest. */
export const releaseFile = 'RELEASE.json';

/**
 * In the folder of a release: for each other file a line as `sha256sum` writes and checks it, in
 * the order of the paths. What the program writes later (compile caches) is not in it.
 */
export const manifestFile = 'MANIFEST.sha256';
