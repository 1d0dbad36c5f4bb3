import { accessSync, constants, existsSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors/errors.ts';
import { storeErrors } from '../errors.ts';
import { giveToFolderOwner } from '../folder-owner.ts';
import { type Layout, layoutOf } from './layout.ts';

/**
 * A library whose database is gone must not get an empty one in its place. So its data folder
 * remembers, beside DATA/postgres, that there was one.
 */
const markerName = 'database-made';

const markerText = `This library has its database in postgres/. While this file is here, no empty one is made in its place.\n`;

/** Called whenever the cluster is there. A disk that takes no file stops no start. */
export function rememberMade(layout: Layout): void {
  const path = join(dirname(layout.folder), markerName);
  if (existsSync(path)) return;
  try {
    writeFileSync(path, markerText, { mode: 0o600 });
    giveToFolderOwner(path);
  } catch {
    // The next start tries again; the node's number and its index say the same.
  }
}

/**
 * Has this data folder a database of its own, or had one, or is it closed to us? Then opening it
 * tells what became of it.
 */
export function hasEmbedded(dataFolder: string): boolean {
  return existsSync(layoutOf(dataFolder).data) || isClosed(dataFolder) || signOf(dataFolder) !== undefined;
}

function isClosed(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
    return false;
  } catch {
    return existsSync(folder);
  }
}

/** Throws `embeddedLost` when there was a database: no other may be made in its place. */
export function refuseLost(layout: Layout): void {
  const folder = dirname(layout.folder);
  const sign = signOf(folder);
  if (sign !== undefined) throw new UserError(storeErrors.embeddedLost, { place: layout.data, folder, sign });
}

function signOf(folder: string): string | undefined {
  return [markerName, 'node-id'].find((name) => existsSync(join(folder, name))) ?? indexIn(folder);
}

/** Of a folder that an older release made. */
function indexIn(folder: string): string | undefined {
  return isEmpty(join(folder, 'index')) ? undefined : 'index/';
}

/** Is there nothing in the folder, or no folder? */
function isEmpty(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).length === 0;
}

/** Is the folder of the cluster there, and nothing in it? Such a one is removed. */
export function dropEmptyData({ data }: Layout): void {
  if (existsSync(data) && isEmpty(data)) rmdirSync(data);
}
