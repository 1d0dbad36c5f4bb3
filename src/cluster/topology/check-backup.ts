import type { Finding } from './finding.ts';
import { hostsWith, type Topology } from './topology.ts';

/**
 * Not rendered: whoever has it may read every record. pgBackRest reads all files of that folder.
 */
export const s3KeyFile = '/etc/pgbackrest/conf.d/s3-key.conf';

/** What pgBackRest could not do. */
export function backupProblems(topology: Topology): readonly Finding[] {
  const { hosts, backup } = topology;
  const { repository, s3 } = backup;
  const at = 'backup.repository';
  if (repository?.bucket !== undefined && s3 === undefined)
    return [{ at, message: 'The repository of pgBackRest is in S3: say where that is, by backup.s3.endpoint.' }];
  if (repository?.host === undefined) return [];
  const host = hosts.find(({ name }) => name === repository.host);
  if (host === undefined)
    return [{ at, message: `The repository of pgBackRest is on ${repository.host}, and there is no such host.` }];
  if (!host.roles.includes('database')) return [];
  return [
    {
      at,
      message: `The repository of pgBackRest is on ${host.name}, a database host, and would be lost with it: name another host, or a folder that is mounted on every database host.`,
    },
  ];
}

/** What an operator should know of backups that work. */
export function backupNotes(topology: Topology): readonly Finding[] {
  const { place, repository } = topology.backup;
  const notes: Finding[] = [];
  if (place === undefined)
    notes.push({
      at: 'backup',
      message: 'No place of backups: they go to the data folder of the host that makes them, and are lost with it.',
    });
  if (repository === undefined)
    notes.push({
      at: 'backup',
      message:
        'No repository of pgBackRest: the changes since the backup of last night can be lost, and no other time can be restored.',
    });
  else if (repository.bucket !== undefined)
    notes.push({
      at: 'backup.repository',
      message: `The key of the bucket ${repository.bucket} must be in ${s3KeyFile} on every database host: docs/backup.md says how.`,
    });
  else if (repository.host === undefined) {
    const servers = hostsWith(topology, 'database').map(({ name }) => name);
    const where = servers.length === 1 ? servers[0] : `all of ${servers.join(', ')}`;
    notes.push({
      at: 'backup.repository',
      message: `${repository.folder} must be the same mounted folder on ${where}, on a disk that is not lost with ${servers.length === 1 ? 'it' : 'one of them'}.`,
    });
  }
  return notes;
}
