import { retentionProblem } from '../../config/texts.ts';
import type { Value, YamlReader } from '../../yaml/yaml-reader.ts';
import type { BackupPlan, Repository } from './topology.ts';
import { readForm } from './values.ts';

const folder = String.raw`(?:\/[A-Za-z0-9._-]+)+`;
const placeForm = new RegExp(`^(?:${folder}|s3://[a-z0-9][a-z0-9.-]*(?:/[A-Za-z0-9._/-]+)?)$`);
const repositoryForm = new RegExp(`^(?:([a-z0-9-]+):)?(${folder})$`);
const usualKeep = '7 daily, 4 weekly, 12 monthly';

/** Where backups are: Reperio's own, and those of the database server by pgBackRest. */
export function readBackup(reader: YamlReader, value: Value | undefined): BackupPlan {
  const members = reader.members(value, ['place', 'keep', 'repository']);
  const text = (of: Value | undefined, form: RegExp, what: string): string | undefined =>
    of === undefined ? undefined : readForm(reader, of, form, what, '') || undefined;
  return {
    place: text(members.place, placeForm, 'a folder that begins with /, or s3://bucket/prefix'),
    keep: readKeep(reader, members.keep),
    repository: repositoryOf(
      text(members.repository, repositoryForm, 'a folder, or a host and a folder, such as mon1:/var/lib/pgbackrest'),
    ),
  };
}

function repositoryOf(text: string | undefined): Repository | undefined {
  if (text === undefined) return undefined;
  const [, host, path = ''] = repositoryForm.exec(text) ?? [];
  return { host, folder: path };
}

function readKeep(reader: YamlReader, value: Value | undefined): string {
  const text = value === undefined ? undefined : reader.text(value);
  if (text === undefined || value === undefined) return usualKeep;
  const problem = retentionProblem(text);
  if (problem === undefined) return text;
  reader.report(value.line, `${value.name} ${problem}.`);
  return usualKeep;
}
