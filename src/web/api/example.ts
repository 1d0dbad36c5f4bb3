import { writeExamples } from './write-schemas.ts';

const record = {
  recid: 1,
  title: { title: 'Observation of a new particle' },
  authors: [{ full_name: 'Ellis, John', kind: 'person', affiliation: ['CERN'] }],
};

const collection = {
  name: 'Articles',
  title: 'Articles',
  records: 1234,
  url: 'https://library.example/collection/Articles',
  children: [],
  virtual: [],
};

const job = {
  ...{ id: 12, kind: 'load', name: 'records.xml', person: 'ada', state: 'running', priority: 0, attempts: 0 },
  progress: { done: 50, total: 100, sentence: '12,000 inserted, 0 replaced, 0 refused' },
  ...{ node: 'web1', created: '2026-01-02T03:04:05.000Z', began: '2026-01-02T03:04:06.000Z', took: 4000 },
  acknowledged: false,
};

const schedule = {
  ...{ id: 3, kind: 'load', name: 'new.xml', priority: 0, every: 21_600, next: '2026-01-02T03:04:05.000Z' },
  ...{ last: 12, last_state: 'done' },
};

/** Answers as they look, by the name of their schema; a test checks that they fit it. */
const examples: Readonly<Record<string, unknown>> = {
  SearchAnswer: {
    total: 1234,
    understood: 'year:2000->2010',
    notices: [],
    records: [record],
    facets: [
      {
        code: 'author',
        title: 'Author',
        kind: 'values',
        values: [{ value: 'Ellis, John', label: 'Ellis, John', count: 12, selected: false }],
      },
    ],
    next: 'https://library.example/api/search?p=year%3A2000-%3E2010&cursor=abcdefghWzEsMV0',
  },
  Record: { ...record, doi: '10.1000/xyz' },
  RecordsAnswer: {
    total: 1234,
    records: [{ recid: 1, modification_date: '2026-01-02T03:04:05.000Z' }],
    next: 'https://library.example/api/records?size=1&cursor=abcdefghW251bGwsMV0',
  },
  CollectionsAnswer: { collections: [collection] },
  SignIn: { name: 'ada', password: 'the password', remember: true },
  SignedIn: { name: 'ada' },
  FileEvents: {
    events: [
      {
        ...{ at: '2026-01-02T03:04:05.000Z', person: 'ada', action: 'revise', name: 'thesis' },
        ...{ version: 2, format: 'pdf', detail: null },
      },
    ],
  },
  RemovedFile: { record: 1, name: 'thesis.pdf', versions: [2, 1] },
  Job: job,
  JobsAnswer: { total: 1, jobs: [job] },
  JobLog: {
    lines: [{ n: 1, at: '2026-01-02T03:04:05.000Z', level: 'info', text: 'Loading 1,234,567 bytes on web1.' }],
  },
  Schedule: schedule,
  SchedulesAnswer: { schedules: [schedule] },
  ScheduleChange: { cron: '30 2 * * Mon-Fri' },
  JobPriority: { priority: 5 },
  SuggestAnswer: {
    suggestions: [
      {
        kind: 'author',
        text: 'Ellis, John',
        label: 'Ellis, John',
        query: 'author:"ellis, john"',
        count: 12,
        url: 'https://library.example/search?p=author%3A%22ellis%2C+john%22',
      },
    ],
  },
};

export function exampleOf(schema: string | undefined): unknown {
  return schema === undefined ? undefined : (examples[schema] ?? writeExamples[schema]);
}
