import { answer } from './checks/answer.ts';
import { backup } from './checks/backup.ts';
import { certificate } from './checks/certificate.ts';
import { clock } from './checks/clock.ts';
import { database } from './checks/database.ts';
import { disk } from './checks/disk.ts';
import { drill } from './checks/drill.ts';
import { errors } from './checks/errors.ts';
import { files } from './checks/files.ts';
import { filesFolderCheck } from './checks/files-folder.ts';
import { heartbeat } from './checks/heartbeat.ts';
import { index } from './checks/index.ts';
import { inodes } from './checks/inodes.ts';
import { jobs } from './checks/jobs.ts';
import { lag } from './checks/lag.ts';
import { locks } from './checks/locks.ts';
import { mail } from './checks/mail.ts';
import { memory } from './checks/memory.ts';
import { nodes } from './checks/nodes.ts';
import { problems } from './checks/problems.ts';
import { ready } from './checks/ready.ts';
import { refused } from './checks/refused.ts';
import { replicas } from './checks/replicas.ts';
import { schema } from './checks/schema.ts';
import { slow } from './checks/slow.ts';
import { tasks } from './checks/tasks.ts';
import { versions } from './checks/versions.ts';
import { wal } from './checks/wal.ts';
import { webhooks } from './checks/webhooks.ts';
import { workers } from './checks/workers.ts';
import type { Check } from './definition.ts';

/**
 * All checks, in the order in which they are shown. The supervisor runs them; `reperio check`,
 * `reperio doctor`, /health/check, /server-status, metrics and what is rendered for monitors read
 * this table.
 */
export const checks: readonly Check[] = [
  ...[ready, answer, errors, slow, refused, workers, lag],
  ...[database, schema, replicas, index, tasks, jobs, webhooks, locks],
  ...[disk, inodes, memory, clock, certificate, mail, heartbeat],
  ...[nodes, versions, files, filesFolderCheck],
  ...[backup, wal, drill, problems],
];
