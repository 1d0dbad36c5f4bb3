import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportDemo } from '../../src/demo/export.ts';
import { createDemoLibrary } from '../../src/demo/library.ts';
import { childrenTime } from './memory.ts';
import { folderBytes } from './reperio.ts';

/**
 * The peer of libraries: Zebra, the indexer that Koha searches with, over the same demo records in
 * ISO 2709. Register without shadow; its time ends when `zebraidx update` has written all.
 */
export interface ZebraBuild {
  /** Which of the indexing rules that come with it. */
  readonly rules: string;
  readonly seconds: number;
  /** Seconds of processor. */
  readonly processor: number;
  readonly bytes: number;
}

const tables = '/usr/share/idzebra-2.0/tab';
const programs = ['/usr/bin/zebraidx-2.0', '/usr/bin/zebraidx'];
/**
 * usmarc.abs: title, names, date and all words, of a MARC record as it is. marc21.abs: the fields
 * of MARC 21 that Koha's rules began with, by way of MARCXML.
 */
const recordTypes = { 'usmarc.abs': 'grs.marc.usmarc', 'marc21.abs': 'grs.marcxml.marc21' };

/** Undefined, and said, where Zebra is not installed. */
export async function buildZebra(folder: string, records: number): Promise<readonly ZebraBuild[] | undefined> {
  const program = programs.find((path) => existsSync(path));
  const modules = modulesFolder();
  if (program === undefined || modules === undefined || !existsSync(tables)) {
    console.error('Zebra is not here, so it is left out: apt-get install idzebra-2.0');
    return undefined;
  }
  const input = join(folder, `demo-${records}.mrc`);
  if (!existsSync(input)) {
    const demo = { library: createDemoLibrary(), format: 'iso2709', from: 1, count: records } as const;
    await pipeline(Readable.from(exportDemo({ ...demo, onShortened: () => undefined })), createWriteStream(input));
  }
  return Object.entries(recordTypes).map(([rules, type]) => {
    const place = join(folder, 'zebra');
    rmSync(place, { recursive: true, force: true });
    for (const name of ['register', 'lock', 'tmp']) mkdirSync(join(place, name), { recursive: true });
    const settings = join(place, 'zebra.cfg');
    writeFileSync(
      settings,
      [
        `profilePath: ${tables}`,
        `modulePath: ${modules}`,
        'attset: bib1.att',
        `recordType: ${type}`,
        `register: ${join(place, 'register')}:100G`,
        `lockDir: ${join(place, 'lock')}`,
        `keyTmpDir: ${join(place, 'tmp')}`,
        'memMax: 256',
        '',
      ].join('\n'),
    );
    const began = performance.now();
    const before = childrenTime();
    const { status, stderr } = spawnSync(program, ['-c', settings, '-v', 'fatal', 'update', input], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${program} ended with status ${status}: ${stderr}`);
    const build = {
      rules,
      seconds: (performance.now() - began) / 1000,
      processor: (childrenTime() - before) / 1000,
      bytes: folderBytes(join(place, 'register')),
    };
    rmSync(place, { recursive: true, force: true });
    return build;
  });
}

function modulesFolder(): string | undefined {
  const folders = readdirSync('/usr/lib').map((name) => join('/usr/lib', name, 'idzebra-2.0/modules'));
  return folders.find((folder) => existsSync(folder));
}
