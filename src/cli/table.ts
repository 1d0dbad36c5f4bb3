import type { CommandTable } from './command.ts';

/** All commands, in the order of `reperio help`. */
export const commandTable: CommandTable = {
  demo: {
    summary: 'Make a library of invented records and serve it: the place to begin.',
    load: () => import('./commands/demo.ts'),
  },
  site: {
    summary: 'Check, apply and show the site file: fields, collections, roles.',
    load: () => import('./commands/site.ts'),
  },
  load: {
    summary: 'Load records from MARCXML, ISO 2709, JSON or text files.',
    load: () => import('./commands/load.ts'),
  },
  record: {
    summary: 'Show, export and delete records; list their versions.',
    load: () => import('./commands/record.ts'),
  },
  file: {
    summary: 'Attach documents to records; list, get and verify them.',
    load: () => import('./commands/file.ts'),
  },
  search: { summary: 'Find records from the terminal.', load: () => import('./commands/search.ts') },
  person: {
    summary: 'Add people, give them roles and passwords, list them.',
    load: () => import('./commands/person.ts'),
  },
  access: { summary: 'Explain who may do what, and why.', load: () => import('./commands/access.ts') },
  serve: { summary: 'Serve the library to browsers and programs.', load: () => import('./commands/serve.ts') },
  status: {
    summary: 'What the server does at this moment, also when it answers no page.',
    load: () => import('./commands/status.ts'),
  },
  cluster: {
    summary: 'Check and draw a cluster of hosts, and make their configuration.',
    load: () => import('./commands/cluster.ts'),
  },
  profile: {
    summary: 'Say in which functions a worker spends its time.',
    load: () => import('./commands/profile.ts'),
  },
  index: { summary: 'Look after the index: status, rebuild, verify.', load: () => import('./commands/index.ts') },
  tasks: {
    summary: 'Periodic tasks: what was done and found, doing them now or in the background.',
    load: () => import('./commands/tasks.ts'),
  },
  db: { summary: 'Look after the database of the library.', load: () => import('./commands/db.ts') },
  config: { summary: 'Show, check and explain the settings.', load: () => import('./commands/config.ts') },
  'demo-data': {
    summary: 'Write invented records to try things with.',
    load: () => import('./commands/demo-data.ts'),
  },
  completion: {
    summary: 'Print what makes a shell complete commands.',
    load: () => import('./commands/completion.ts'),
  },
};
