import type { CommandTable } from './command.ts';

/** All commands, in the order of `reperio help`. */
export const commandTable: CommandTable = {
  demo: {
    group: 'Begin',
    summary: 'Create a demo library of invented records and serve it: the place to start.',
    load: () => import('./commands/demo.ts'),
  },
  site: {
    group: 'Begin',
    summary: 'Check, apply and show the site file: fields, collections, roles.',
    load: () => import('./commands/site.ts'),
  },
  serve: {
    group: 'Begin',
    summary: 'Serve the library to browsers and programs.',
    load: () => import('./commands/serve.ts'),
  },
  load: {
    group: 'Records',
    summary: 'Load records from MARCXML, ISO 2709, JSON or text files.',
    load: () => import('./commands/load.ts'),
  },
  loads: {
    group: 'Records',
    summary: 'List past loads: who, when, and what became of them.',
    load: () => import('./commands/loads.ts'),
  },
  jobs: {
    group: 'Records',
    summary: 'List jobs: long work that people have asked for.',
    load: () => import('./commands/jobs.ts'),
  },
  job: {
    group: 'Records',
    summary: 'Ask for a job; show it, put it to sleep, stop it.',
    load: () => import('./commands/job.ts'),
  },
  harvest: {
    group: 'Records',
    summary: 'Harvest records from OAI-PMH servers: sources, runs, and what became of each record.',
    load: () => import('./commands/harvest.ts'),
  },
  held: {
    group: 'Records',
    summary: 'Decide on uploads that wait: list, show, accept, reject.',
    load: () => import('./commands/held.ts'),
  },
  edit: {
    group: 'Records',
    summary: 'Change many records at once: preview, apply, undo.',
    load: () => import('./commands/edit.ts'),
  },
  duplicates: {
    group: 'Records',
    summary: 'Find records that may be the same; list them; say that they are not.',
    load: () => import('./commands/duplicates.ts'),
  },
  checks: {
    group: 'Records',
    summary: 'Rules for records: run them, see and fix what they find.',
    load: () => import('./commands/checks.ts'),
  },
  kb: {
    group: 'Records',
    summary: 'Keep knowledge bases: which text stands for which; import and export them.',
    load: () => import('./commands/kb.ts'),
  },
  record: {
    group: 'Records',
    summary: 'Show, export, delete and restore records; list their versions.',
    load: () => import('./commands/record.ts'),
  },
  file: {
    group: 'Records',
    summary: 'Attach files to records; list, get, remove and verify them.',
    load: () => import('./commands/file.ts'),
  },
  search: {
    group: 'Records',
    summary: 'Search for records from the terminal.',
    load: () => import('./commands/search.ts'),
  },
  webhooks: {
    group: 'Records',
    summary: 'Tell other programs what happens: add, list, test; log and resend.',
    load: () => import('./commands/webhooks.ts'),
  },
  oai: {
    group: 'Records',
    summary: 'Show what harvesters are offered; give a set new dates; check it.',
    load: () => import('./commands/oai.ts'),
  },
  doi: {
    group: 'Records',
    summary: 'Make DOIs for records, send them to DataCite, list and check them.',
    load: () => import('./commands/doi.ts'),
  },
  person: {
    group: 'People',
    summary: 'Add people, assign roles and passwords, list people.',
    load: () => import('./commands/person.ts'),
  },
  access: {
    group: 'People',
    summary: 'Explain who may do what, and why.',
    load: () => import('./commands/access.ts'),
  },
  status: {
    group: 'Running',
    summary: 'Show the status of the server, even when it answers no requests.',
    load: () => import('./commands/status.ts'),
  },
  check: {
    group: 'Running',
    summary: 'Check one thing, or all, as a Nagios plug-in does.',
    load: () => import('./commands/check.ts'),
  },
  doctor: {
    group: 'Running',
    summary: 'Ask whether all is well, and what to type where it is not.',
    load: () => import('./commands/doctor.ts'),
  },
  alert: {
    group: 'Running',
    summary: 'Show, acknowledge and silence alerts; show and test who gets them.',
    load: () => import('./commands/alert.ts'),
  },
  failures: {
    group: 'Running',
    summary: 'Show what went wrong in the program, grouped and counted.',
    load: () => import('./commands/failures.ts'),
  },
  tasks: {
    group: 'Running',
    summary: 'Show or run the periodic tasks.',
    load: () => import('./commands/tasks.ts'),
  },
  gc: {
    group: 'Running',
    summary: 'Remove what is left over: bytes without a file, old parts, logs and rows.',
    load: () => import('./commands/gc.ts'),
  },
  index: {
    group: 'Running',
    summary: 'Show, verify or rebuild the search index.',
    load: () => import('./commands/index.ts'),
  },
  db: {
    group: 'Running',
    summary: 'Show or migrate the database of the library.',
    load: () => import('./commands/db.ts'),
  },
  tune: {
    group: 'Running',
    summary: 'Advise on settings of this machine and of the database; set them.',
    load: () => import('./commands/tune.ts'),
  },
  backup: {
    group: 'Running',
    summary: 'Make, list, verify and try backups.',
    load: () => import('./commands/backup.ts'),
  },
  restore: {
    group: 'Running',
    summary: 'Restore a library from a backup.',
    load: () => import('./commands/restore.ts'),
  },
  config: {
    group: 'Running',
    summary: 'Show, check and explain the settings.',
    load: () => import('./commands/config.ts'),
  },
  node: {
    group: 'Running',
    summary: 'Add a node to the cluster, or take one out.',
    load: () => import('./commands/node.ts'),
  },
  service: {
    group: 'Running',
    summary: 'Write the units of systemd for a library on one machine.',
    load: () => import('./commands/service.ts'),
  },
  cluster: {
    group: 'Running',
    summary: 'Check and draw a cluster of hosts; render its configuration.',
    load: () => import('./commands/cluster.ts'),
  },
  release: {
    group: 'Running',
    summary: 'Show and verify a release: its version, and every file of it.',
    load: () => import('./commands/release.ts'),
  },
  deploy: {
    group: 'Running',
    summary: 'Deploy a release to all hosts of a cluster, and go back.',
    load: () => import('./commands/deploy.ts'),
  },
  profile: {
    group: 'Programming',
    summary: 'Show in which functions a worker spends its time.',
    load: () => import('./commands/profile.ts'),
  },
  'demo-data': {
    group: 'Programming',
    summary: 'Write invented records for experiments.',
    load: () => import('./commands/demo-data.ts'),
  },
  completion: {
    group: 'Programming',
    summary: 'Print the completion script of a shell.',
    load: () => import('./commands/completion.ts'),
  },
};
