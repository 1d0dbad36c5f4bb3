import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadSettings } from '../../config/settings.ts';
import type { SettingDefinition } from '../../config/table/definition.ts';
import { settingsTable } from '../../config/table.ts';
import { type Diagnosis, yes } from './diagnosis.ts';

const page = 'docs/operating.md#where-things-are';

/** Permissions of what the library has on this machine. */
export function folderDiagnoses(read: ReadSettings): readonly Diagnosis[] {
  return [dataFolder(read), outbox(read), settingsFile(read), documents(read)].filter((each) => each !== undefined);
}

function dataFolder({ settings }: ReadSettings): Diagnosis {
  const question = 'Is the data folder there, and ours?';
  const folder = settings.dataFolder;
  const found = statOf(folder);
  if (found === undefined)
    return { question, answer: 'no', found: `The folder ${folder} is not there.`, fix: 'echo $REPERIO_DATA', page };
  if (!isWritable(folder))
    return {
      ...{ question, answer: 'no', page },
      found: `This user may not write into ${folder}, which belongs to user ${found.uid}.`,
      fix: `ls -ld ${folder}`,
    };
  return yes(question, `${folder} may be written.`);
}

/** Letters in it may have links that open an account. */
function outbox({ settings }: ReadSettings): Diagnosis | undefined {
  const folder = join(settings.dataFolder, 'outbox');
  const found = statOf(folder);
  const question = 'Are e-mails that are kept closed to others?';
  if (found === undefined) return undefined;
  return (found.mode & 0o077) === 0
    ? yes(question, `${folder} is closed.`)
    : { question, answer: 'no', found: `Others may enter ${folder}.`, fix: `chmod 700 ${folder}`, page };
}

const entries = Object.entries(settingsTable) as readonly [keyof ReadSettings['origins'], SettingDefinition][];

function settingsFile({ file, origins }: ReadSettings): Diagnosis | undefined {
  const found = statOf(file);
  if (found === undefined) return undefined;
  const question = 'Are secrets in the settings file closed to others?';
  const secrets = entries.filter(([key, { secret }]) => secret === true && origins[key] === 'file');
  const names = secrets.map(([, { name }]) => name).join(', ');
  return secrets.length > 0 && (found.mode & 0o007) !== 0
    ? {
        question,
        answer: 'no',
        found: `Everybody may read ${file}, and it has ${names}.`,
        fix: `chmod o= ${file}`,
        page,
      }
    : yes(question, `${file}: ${secrets.length === 0 ? 'no secrets' : 'closed'}.`);
}

function documents({ settings: { files } }: ReadSettings): Diagnosis | undefined {
  // What is in the data folder is ours with it.
  if (files === undefined || files.startsWith('s3://')) return undefined;
  const question = 'May documents be written?';
  const found = statOf(files);
  // The check `files-folder` says more.
  if (found === undefined) return undefined;
  return isWritable(files)
    ? yes(question, `${files} may be written.`)
    : {
        ...{ question, answer: 'no', page: 'docs/operating.md#documents' },
        found: `This user may not write into ${files}, which belongs to user ${found.uid} and group ${found.gid}.`,
        fix: `ls -ld ${files}`,
      };
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
