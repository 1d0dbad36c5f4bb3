import { availableParallelism, hostname, totalmem } from 'node:os';
import type { SettingDefinition } from './definition.ts';

/**
 * A worker of a library with a million records holds 0.4 GB, and the database and the page cache
 * want some as well.
 */
const webWorkersHere = Math.max(1, Math.min(availableParallelism(), 64, Math.floor(totalmem() / 1e9)));

export const processesSettings = {
  nodeName: {
    name: 'node-name',
    environment: 'REPERIO_NODE_NAME',
    type: 'text',
    default: hostname(),
    change: 'restart',
    doc: 'The name of this node in the status of the cluster and in logs.',
    defaultDoc: 'the name of the machine',
  },
  webWorkers: {
    name: 'web-workers',
    environment: 'REPERIO_WEB_WORKERS',
    type: 'number',
    default: webWorkersHere,
    minimum: 1,
    maximum: 64,
    change: 'reload',
    doc: 'The number of workers: processes that answer requests.',
    defaultDoc: 'one for each core, but at most one for each GB of memory',
  },
  workerRequests: {
    name: 'worker-requests',
    environment: 'REPERIO_WORKER_REQUESTS',
    type: 'number',
    default: 0,
    minimum: 0,
    maximum: 1_000_000_000,
    change: 'reload',
    doc: 'A worker is replaced by a new process after about so many requests (give or take a tenth, so that not all are replaced at once); 0 means never.',
  },
  workerMemory: {
    name: 'worker-memory',
    environment: 'REPERIO_WORKER_MEMORY',
    type: 'bytes',
    default: Math.round(totalmem() / 2 / webWorkersHere),
    minimum: 0,
    maximum: 1024 ** 4,
    change: 'reload',
    doc: 'A worker with more resident memory is replaced by a new process; 0 means never.',
    defaultDoc: 'half of the memory of the machine, divided by the default number of workers',
  },
  workerIdle: {
    name: 'worker-idle',
    environment: 'REPERIO_WORKER_IDLE',
    type: 'duration',
    default: 0,
    minimum: 0,
    maximum: 604_800_000,
    change: 'reload',
    doc: 'A worker that has had no request for so long is replaced by a new process, which needs less memory; 0 means never.',
  },
  workerSilence: {
    name: 'worker-silence',
    environment: 'REPERIO_WORKER_SILENCE',
    type: 'duration',
    default: 30_000,
    minimum: 0,
    maximum: 3_600_000,
    change: 'reload',
    doc: 'A worker whose event loop has been blocked for so long is killed and replaced; the log says which requests it was answering. 0 means never.',
  },
  indexWork: {
    name: 'index-work',
    environment: 'REPERIO_INDEX_WORK',
    type: 'text',
    choices: ['always', 'standby'],
    default: 'always',
    change: 'reload',
    doc: 'Whether `serve` also maintains the index. standby: only when no other process has for two minutes, so that the cores of web nodes are free for readers; worker hosts do the work (`reperio index follow`).',
  },
  taskWork: {
    name: 'task-work',
    environment: 'REPERIO_TASK_WORK',
    type: 'text',
    choices: ['always', 'standby'],
    default: 'always',
    change: 'reload',
    doc: 'Whether `serve` also runs the periodic tasks. standby: only tasks that no other process has started for two minutes; worker hosts run them (`reperio tasks work`).',
  },
  jobPlaces: {
    name: 'job-places',
    environment: 'REPERIO_JOB_PLACES',
    type: 'number',
    default: 2,
    minimum: 0,
    maximum: 64,
    change: 'reload',
    doc: 'How many jobs this node does at the same time; 0: none. Loads of records always take turns.',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;
