import { retentionProblem } from '../../config/texts.ts';
import type { Value, YamlReader } from '../../yaml/yaml-reader.ts';
import type { BackupPlan, Repository, S3Server } from './topology.ts';
import { readForm } from './values.ts';

const folder = String.raw`(?:\/[A-Za-z0-9._-]+)+`;
const bucket = String.raw`s3:\/\/[a-z0-9][a-z0-9.-]*`;
const placeForm = new RegExp(`^(?:${folder}|${bucket}(?:/[A-Za-z0-9._/-]+)?)$`);
const repositoryForm = new RegExp(`^(?:${bucket}(?:${folder})?|(?:[a-z0-9-]+:)?${folder})$`);
const endpointForm = /^https:\/\/([a-z0-9.-]+)(?::(\d{1,5}))?\/?$/;
const usualRegion = 'us-east-1';
const usualKeep = '7 daily, 4 weekly, 12 monthly';

/** Where backups are: Reperio's own, and those of the database server by pgBackRest. */
export function readBackup(reader: YamlReader, value: Value | undefined): BackupPlan {
  const members = reader.members(value, ['place', 'keep', 'repository', 's3']);
  const text = (of: Value | undefined, form: RegExp, what: string): string | undefined =>
    of === undefined ? undefined : readForm(reader, of, form, what, '') || undefined;
  return {
    place: text(members.place, placeForm, 'a folder that begins with /, or s3://bucket/prefix'),
    keep: readKeep(reader, members.keep),
    repository: repositoryOf(
      text(
        members.repository,
        repositoryForm,
        'a folder, or a host and a folder, such as mon1:/var/lib/pgbackrest, or s3://bucket/prefix',
      ),
    ),
    s3: members.s3 === undefined ? undefined : readS3(reader, members.s3),
  };
}

function readS3(reader: YamlReader, value: Value): S3Server | undefined {
  const { endpoint, region } = reader.members(value, ['endpoint', 'region']);
  const what = 'the address of a server that speaks https, such as https://s3.example.org';
  if (endpoint === undefined) reader.report(value.line, `${value.name} has no endpoint: ${what}.`);
  const address = readForm(reader, endpoint, endpointForm, what, '');
  const [, host, port = '443'] = endpointForm.exec(address) ?? [];
  if (host === undefined) return undefined;
  const inRegion = region === undefined ? '' : readForm(reader, region, /^[a-z0-9-]+$/, 'the name of a region', '');
  return { host, port: Number(port), region: inRegion || usualRegion };
}

function repositoryOf(text: string | undefined): Repository | undefined {
  if (text === undefined) return undefined;
  const [, name, prefix = '/'] = /^s3:\/\/([^/]+)(\/.*)?$/.exec(text) ?? [];
  if (name !== undefined) return { host: undefined, folder: prefix, bucket: name };
  const [, host, path = ''] = /^(?:([^/:]+):)?(.*)$/.exec(text) ?? [];
  return { host, folder: path, bucket: undefined };
}

function readKeep(reader: YamlReader, value: Value | undefined): string {
  const text = value === undefined ? undefined : reader.text(value);
  if (text === undefined || value === undefined) return usualKeep;
  const problem = retentionProblem(text);
  if (problem === undefined) return text;
  reader.report(value.line, `${value.name} ${problem}.`);
  return usualKeep;
}
