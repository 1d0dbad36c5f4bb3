import { join } from 'node:path';
import sql from 'sql-template-tag';
import { days, hours, years } from './age.ts';
import { lookAtAudit, moveAudit } from './audit.ts';
import { compileCaches } from './compile-caches.ts';
import { lookAtContents, removeContents } from './contents.ts';
import { lookAtLog, rotateLog } from './database-log.ts';
import type { GcKind } from './kind.ts';
import { filesKind } from './old-files.ts';
import { keptRevisions, lookAtRevisions, removeRevisions } from './revisions.ts';
import { rowsKind } from './rows.ts';

/** Site files that stay, whatever their age. */
const keptSites = 50;

/** What is left over in a library and is removed by nobody else, each kind once. */
export const gcKinds: readonly GcKind[] = [
  {
    name: 'documents',
    what: 'bytes in the file store that no file of a record names',
    rule: 'named by no file for {age}',
    why: 'An upload that broke off after its bytes were kept, or a document that was removed.',
    age: days(7),
    least: hours(1),
    of: 'library',
    daily: true,
    unit: 'contents',
    look: lookAtContents,
    remove: removeContents,
  },
  {
    name: 'uploads',
    what: 'parts of files that were being sent (`incoming/*.part`)',
    rule: 'not written for {age}',
    why: 'The process that received them was killed; nobody takes so long over a file.',
    age: days(2),
    least: hours(1),
    of: 'library',
    daily: true,
    unit: 'files',
    ...filesKind(async ({ store }) => [
      {
        ...{ folder: await store.incoming(), recursive: false, byReading: false },
        matches: (name) => name.endsWith('.part'),
      },
    ]),
  },
  {
    name: 'outbox',
    what: 'e-mails that could not be sent (`DATA/outbox/*.eml`)',
    rule: 'older than {age}',
    why: 'Their links have expired. Set `smtp-url`.',
    age: days(30),
    least: 0,
    of: 'node',
    daily: true,
    unit: 'files',
    ...filesKind(async ({ settings }) => [
      {
        ...{ folder: join(settings.dataFolder, 'outbox'), recursive: false, byReading: false },
        matches: (name) => name.endsWith('.eml'),
      },
    ]),
  },
  {
    name: 'compile-cache',
    what: 'compiled modules of releases and Node versions that are gone',
    rule: 'not read for {age}',
    why: 'Whoever needs one compiles it again.',
    age: days(30),
    least: 0,
    of: 'node',
    daily: true,
    unit: 'files',
    ...filesKind(compileCaches),
  },
  {
    name: 'database-log',
    what: 'log of the embedded PostgreSQL (`DATA/postgres/postgres.log`)',
    rule: 'over 10 MB; the last 10 MB stay',
    why: 'The server writes without end and looks at the size only when it starts. The last part is kept as `postgres.log.1`.',
    age: 'size',
    least: 0,
    of: 'node',
    daily: true,
    unit: 'files',
    look: lookAtLog,
    remove: rotateLog,
  },
  {
    name: 'tasks',
    what: 'rows of periodic tasks that no release knows any more',
    rule: 'not run for {age}',
    why: 'A release that had the task is gone. One that has it enters it again.',
    age: days(90),
    least: days(2),
    of: 'library',
    daily: true,
    unit: 'rows',
    ...rowsKind({ table: 'task', when: sql`greatest(t.began, t.ended, t.succeeded, t.due)` }),
  },
  {
    name: 'loads',
    what: 'how far loads came that have ended',
    rule: 'ended {age} ago',
    why: 'Only a load that was interrupted goes on from there. That an input was loaded stays known.',
    age: days(90),
    least: days(1),
    of: 'library',
    daily: true,
    unit: 'rows',
    ...rowsKind({
      table: 'load_progress',
      when: sql`t.updated`,
      // Of loads of earlier releases nothing else knows.
      where: sql`t.finished AND (t.accepted = 0 OR EXISTS (SELECT FROM loaded_input WHERE loaded_input.digest = t.prefix))`,
    }),
  },
  {
    name: 'job-files',
    what: 'files of jobs that have ended',
    rule: 'ended {age} ago',
    why: 'Until then a job that failed can be tried again. The bytes go as those of documents do.',
    age: days(30),
    least: hours(1),
    of: 'library',
    daily: true,
    unit: 'rows',
    ...rowsKind({
      table: 'job_file',
      when: sql`(SELECT ended FROM job WHERE job.id = t.job_id)`,
      where: sql`EXISTS (SELECT FROM job WHERE job.id = t.job_id AND job.ended IS NOT NULL)`,
    }),
  },
  {
    name: 'jobs',
    what: 'jobs that have ended, with their logs',
    rule: 'ended {age} ago',
    why: 'What they did stays in the history of records and in the list of loads.',
    age: days(90),
    least: hours(1),
    of: 'library',
    daily: true,
    unit: 'rows',
    ...rowsKind({ table: 'job', when: sql`t.ended`, where: sql`t.ended IS NOT NULL` }),
  },
  {
    name: 'site-versions',
    what: 'site files that were replaced',
    rule: `older than {age}; the last ${keptSites} stay`,
    why: 'Never one that is in force, or by which a part of the index was made.',
    age: years(1),
    least: days(30),
    of: 'library',
    daily: true,
    unit: 'rows',
    ...rowsKind({
      table: 'site_version',
      when: sql`t.applied`,
      where: sql`t.number < (SELECT min(number) FROM (SELECT number FROM site_version ORDER BY number DESC LIMIT ${keptSites}) AS newest)
        AND NOT EXISTS (SELECT FROM segment WHERE segment.index_digest = t.index_digest)`,
    }),
  },
  {
    name: 'tokens',
    what: 'API tokens that have expired',
    rule: 'expired {age} ago',
    why: 'They open nothing. Until then their owner sees that they have expired.',
    age: days(90),
    least: 0,
    of: 'library',
    daily: true,
    unit: 'rows',
    ...rowsKind({ table: 'api_token', when: sql`t.expires` }),
  },
  {
    name: 'audit',
    what: 'entries of the log of changes to people, roles and groups',
    rule: 'older than {age}; moved to a file',
    why: 'They are written to `DATA/audit-*.jsonl` first, a line of JSON each.',
    age: years(3),
    least: days(30),
    of: 'library',
    daily: false,
    unit: 'rows',
    look: lookAtAudit,
    remove: moveAudit,
  },
  {
    name: 'revisions',
    what: 'versions of records that were replaced',
    rule: `replaced {age} ago; the first and the last ${keptRevisions} stay`,
    why: 'Never without being asked. Of a deleted record all versions stay for ten years.',
    age: 'asked',
    least: days(30),
    of: 'library',
    daily: false,
    unit: 'rows',
    look: lookAtRevisions,
    remove: removeRevisions,
  },
];

export const gcKindNames: readonly string[] = gcKinds.map(({ name }) => name);

/** What else would grow, and who sees to it. */
export const removedByOthers: readonly { readonly what: string; readonly by: string }[] = [
  { what: 'sessions, links and registrations', by: 'task `access`' },
  { what: 'answers to requests with an Idempotency-Key', by: 'task `requests`' },
  { what: 'nodes', by: 'task `nodes`' },
  { what: 'segments and citation graphs', by: 'the index' },
  { what: 'profiles', by: '`serve`' },
];
