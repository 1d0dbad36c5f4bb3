import { resolve } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { grouped } from '../../errors/grouped.ts';
import { backupErrors } from '../../maintain/backup/errors.ts';
import { type Manifest, readManifest, readManifests } from '../../maintain/backup/manifest.ts';
import { openPlace } from '../../maintain/backup/open-place.ts';
import type { Place } from '../../maintain/backup/place.ts';
import { restoreBase } from '../../maintain/restore/base.ts';
import { noteRestoredByOthers } from '../../maintain/restore/by-others.ts';
import { restoreErrors } from '../../maintain/restore/errors.ts';
import { type Point, parseTime, pointAt, pointOf } from '../../maintain/restore/point.ts';
import { type Restored, type RestoreOptions, restoreDump } from '../../maintain/restore/restore.ts';
import { openStore } from '../../store/open.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { createProgress, type Progress } from '../progress.ts';

export const command = defineCommand({
  description: `Makes a library of a backup: documents, records, people and everything else, then the index. It goes into an empty data folder, or the empty database that DATABASE_URL
names; a library that is there stays, and nothing is changed. Settings of the backup are put into the folder "restored" of the data folder; they take no effect there.

A restore that was interrupted is begun again by the same command; until it has ended, nothing else opens the library.
Exit status 0: restored. 1: restored, but documents or settings are missing. 2: not restored; a library that was to be replaced is as before.`,
  examples: [
    { command: 'restore --into /srv/restored', doc: 'The newest backup, beside the library.' },
    { command: 'restore 2026-11-29T220041Z-ab12 --into /srv/restored', doc: 'Another one.' },
    { command: "restore --at '2026-11-29 11:43:34+00' --into /srv/restored", doc: 'As it was at that moment.' },
    { command: "restore --done --at '2026-11-29 11:43:34+00'", doc: 'After pgBackRest has restored the database.' },
    { command: 'restore --yes', doc: 'In the place of the library, which is moved aside.' },
  ],
  arguments: {
    set: { doc: 'A backup, as `backup list` calls it; the newest if none is given.', optional: true },
  },
  options: {
    into: { type: 'text', value: 'FOLDER', doc: 'The data folder of the restored library, with an embedded database.' },
    at: {
      type: 'text',
      value: 'TIME',
      doc: "A point in time with its zone, as '2026-11-29 11:43:34+00': needs `backup continuous on`.",
    },
    yes: { type: 'flag', doc: 'Move aside a library that is there.' },
    done: {
      type: 'flag',
      doc: 'With --at: the database was restored to that time by another program, such as pgBackRest. Nodes then use no index files from before.',
    },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ arguments: { set }, options, settings, signal, stderr, print, printJson }) => {
    const given = settings();
    if (options.done) {
      const { at, into, yes } = options;
      if (at === undefined || set !== undefined || into !== undefined || yes)
        throw new UserError(restoreErrors.doneAlone);
      const store = await openStore(given, { signal });
      await noteRestoredByOthers(store.database, parseTime(at)).finally(() => store.release());
      print('Nodes fetch the index anew. Next: reperio file verify, which names documents that are missing.');
      return 0;
    }
    const place = openPlace(given);
    const point = await pointOrNot(place, set, options.at);
    const manifest = point?.manifest ?? (await chosen(place, set));
    if (options.into?.trim() === '') throw new UserError(restoreErrors.intoNothing);
    const target = options.into === undefined ? given : elsewhere(given, resolve(options.into));
    const say = (line: string): void => {
      if (!options.json) print(line);
    };
    say(`Backup ${manifest.set} of ${manifest.taken}: ${grouped(manifest.records)} records`);
    let progress: Progress | undefined;
    let counted = 0;
    const began = performance.now();
    const common = {
      place,
      settings: target,
      replace: options.yes,
      signal,
      watch: {
        onStep: (step: string) => {
          progress?.finish();
          const total = step === 'index' ? { total: manifest.records } : {};
          progress = createProgress({ stream: stderr, unit: step === 'index' ? 'records' : 'MB', ...total });
          counted = 0;
        },
        onBytes: (bytes: number) => {
          counted += bytes / 1e6;
          progress?.advance(Math.floor(counted));
          counted -= Math.floor(counted);
        },
        onIndex: ({ records }: { readonly records: number }) => {
          progress?.advance(records - counted);
          counted = records;
        },
      },
    } satisfies Omit<RestoreOptions, 'manifest'>;
    const restored = await (point === undefined ? restoreDump({ ...common, manifest }) : restoreBase(common, point));
    progress?.finish();
    const seconds = (performance.now() - began) / 1000;
    if (options.json) printJson({ ...restored, seconds });
    else
      for (const line of lines(restored, seconds, target, {
        isElsewhere: options.into !== undefined,
        isPoint: point !== undefined,
      }))
        print(line);
    return restored.documents.lost.length + restored.damaged.length === 0 ? 0 : 1;
  },
});

/** Undefined: a dump is asked for. Throws as `pointAt`. */
async function pointOrNot(place: Place, set: string | undefined, at: string | undefined): Promise<Point | undefined> {
  if (at !== undefined) {
    const all = set === undefined ? await readManifests(place) : [await chosen(place, set)];
    return await pointAt(place, all, parseTime(at), new Date());
  }
  if (set === undefined) return undefined;
  const manifest = await chosen(place, set);
  return manifest.kind === 'base' ? await pointOf(place, manifest) : undefined;
}

/** Throws `noSet`, `noSets`. */
async function chosen(place: Place, set: string | undefined): Promise<Manifest> {
  if (set !== undefined) {
    if (!(await place.sets()).includes(set)) throw new UserError(backupErrors.noSet, { name: set, place: place.name });
    return await readManifest(place, set);
  }
  const newest = (await readManifests(place)).find(({ kind }) => kind === 'dump');
  if (newest === undefined) throw new UserError(backupErrors.noSets, { place: place.name });
  return newest;
}

/**
 * A library of its own in this folder; what the settings say of another's database and files is not
 * its.
 */
function elsewhere(settings: Settings, dataFolder: string): Settings {
  return { ...settings, dataFolder, databaseUrl: undefined, readDatabaseUrl: undefined, files: undefined };
}

function* lines(
  { records, documents, damaged, aside, at, took }: Restored,
  seconds: number,
  { dataFolder }: Settings,
  { isElsewhere, isPoint }: { readonly isElsewhere: boolean; readonly isPoint: boolean },
): Generator<string> {
  yield `  documents ${grouped(documents.count)}, ${grouped(documents.copied)} of them brought back, ${took.documents.toFixed(1)} s`;
  yield `  tables ${took.tables.toFixed(1)} s, index ${took.index.toFixed(1)} s`;
  for (const digest of documents.lost)
    yield `lost: the document ${digest} is neither in the file store nor in the backup`;
  for (const name of damaged) yield `damaged: ${name} of the backup; it was left out`;
  if (aside !== undefined)
    yield `The library that was there is now in ${aside}; remove it when you do not need it any more.`;
  if (isPoint) yield 'Its log is not archived: `reperio backup continuous on` begins that.';
  yield `Its settings are in ${dataFolder}/restored, where they take no effect.`;
  const serve = isElsewhere ? `REPERIO_DATA=${dataFolder} reperio serve` : 'reperio serve';
  yield `Restored ${grouped(records)} records as of ${at} in ${seconds.toFixed(1)} s. Serve it: ${serve}`;
}
