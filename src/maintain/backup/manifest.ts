import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { UserError } from '../../errors/errors.ts';
import type { Hashed } from './blocks.ts';
import { backupErrors } from './errors.ts';
import type { Place } from './place.ts';

/** What a set is made of. Everything in it has its SHA-256 here, and the manifest has its own. */
export interface Manifest {
  readonly format: 1;
  readonly set: string;
  /** dump: tables of truth, for any server. base: files of the server, for points in time. */
  readonly kind: 'dump' | 'base';
  readonly library: string;
  readonly timeline: number;
  /** Of Reperio, and of the server. */
  readonly version: string;
  readonly server: string;
  /** The number of the newest migration. */
  readonly schema: number;
  /** Of the snapshot: what was committed later is not in it. By the database's clock, ISO 8601. */
  readonly taken: string;
  readonly ended: string;
  /** Records that are not deleted. */
  readonly records: number;
  readonly files: readonly SetFile[];
  /** Documents: their digests are in the file contents.zst. */
  readonly contents: { readonly count: number; readonly bytes: number };
  /** Digests that the store did not have, or had damaged. */
  readonly lost: readonly string[];
  /** Settings that are in force and secret: in the set when it says so. */
  readonly secrets: { readonly kept: boolean; readonly names: readonly string[] };
  /** After which numbers the columns that count by themselves go on: "person.id". */
  readonly sequences: Readonly<Record<string, number>>;
  /** Only of a base. */
  readonly base?: BaseFacts;
}

export interface SetFile extends Hashed {
  readonly path: string;
  /** Only of a table. */
  readonly table?: TableFacts;
}

export interface TableFacts {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Before it was compressed. */
  readonly raw: number;
}

export interface BaseFacts {
  /** Of the embedded server, so that it can be started again. */
  readonly embedded: boolean;
  /** Of another server: where the library is in it, and whose. */
  readonly database?: string;
  readonly role?: string;
  readonly system: string;
  /** First and last position in the log that it needs. */
  readonly start: string;
  readonly end: string;
  /** The first file of the log that it needs. */
  readonly segment: string;
  /** Of the server. */
  readonly timeline: number;
  /** When it was complete: the first point in time that it gives. */
  readonly stopped: string;
}

const manifestFile = 'manifest.json';

/** As it is stored: one line of JSON, with its own digest beside it. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify({ sha256: digestOf(manifest), manifest }, undefined, 1)}\n`;
}

/** Written last. */
export async function writeManifest(place: Place, folder: string, manifest: Manifest): Promise<void> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(manifestText(manifest));
  }
  await place.write(`${folder}/${manifestFile}`, bytes());
}

/** Throws `manifestWrong`. */
export async function readManifest(place: Place, set: string): Promise<Manifest> {
  const wrong = (problem: string): UserError => new UserError(backupErrors.manifestWrong, { set, problem });
  const found = await place
    .read(`sets/${set}/${manifestFile}`)
    .then(text)
    .catch((error: Error) => {
      throw wrong(error.message);
    });
  let stored: { readonly sha256?: unknown; readonly manifest?: Manifest };
  try {
    stored = JSON.parse(found);
  } catch {
    throw wrong('it is not JSON');
  }
  const { sha256, manifest } = stored;
  if (manifest === undefined || typeof manifest !== 'object') throw wrong('it is none');
  if (manifest.format !== 1) throw wrong('it was written by a newer release');
  if (sha256 !== digestOf(manifest)) throw wrong('its bytes are not those that were written');
  if (manifest.set !== set) throw wrong(`it is that of ${manifest.set}`);
  return manifest;
}

/** All that can be read, the newest first. `onWrong` hears of the others. */
export async function readManifests(
  place: Place,
  onWrong: (set: string, problem: string) => void = () => undefined,
): Promise<readonly Manifest[]> {
  const found: Manifest[] = [];
  for (const set of (await place.sets()).toReversed()) {
    try {
      found.push(await readManifest(place, set));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onWrong(set, error.message);
    }
  }
  return found;
}

/** Bytes of a set, without documents. */
export function setBytes({ files }: Pick<Manifest, 'files'>): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function digestOf(manifest: Manifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}
