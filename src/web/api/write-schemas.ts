import { writeModes } from '../../records/modes.ts';
import { array, boolean, integer, mapOf, type ObjectSchema, object, optional, orNull, string } from './json-schema.ts';

/** Shapes of what the addresses that change records take and answer. */

const text = (description: string) => string({ description });
const flag = (description: string) => optional(integer({ minimum: 0, maximum: 1, default: 0, description }));
const after = optional(integer({ minimum: 0, description: 'Where to continue; taken from "next".' }));
const next = orNull(string({ description: 'Address of the next part; null at the end.' }));
const marc = orNull(object({}, { description: 'A record as MARC-in-JSON.' }));

const dryRun = flag('1: answers what would happen, and changes nothing.');

export const sendParameters = object({
  mode: optional(
    string({ default: 'insert', description: `What is to become of the records: ${writeModes.join(', ')}.` }),
  ),
  name: optional(text('What the upload is called in lists and in the history.')),
  force: flag('1: mode replace makes a record that is not there, with the number in its 001.'),
  'dry-run': dryRun,
  callback: optional(text('An address that is called when all is done; the setting `callback-urls` must allow it.')),
  nonce: optional(text('Given back in the callback.')),
});
export const editParameters = object({ 'dry-run': dryRun });
export const revisionsParameters = object({
  diff: optional(text('Two revisions, as 1..3: what is otherwise in the second.')),
  before: optional(
    integer({
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description: 'Only revisions before this one; taken from "next".',
    }),
  ),
});
export const uploadParameters = object({ after, trouble: flag('1: only what was refused or waits.') });
export const heldParameters = object({
  record: optional(integer({ minimum: 1, description: 'Only those for this record.' })),
  reason: optional(string({ enum: ['CONFLICT', 'UNKNOWN_REVISION', 'ASKED', 'CHECK'] })),
  q: optional(text('A part of what brought it, or of who did.')),
  all: flag('1: also those of which somebody has decided.'),
  after,
});

export const changeSetsParameters = object({
  from: optional(integer({ minimum: 0, default: 0, description: 'So many are passed over.' })),
});
export const changeSetRecordsParameters = object({ after });

const outcome = string({
  enum: ['inserted', 'replaced', 'merged', 'unchanged', 'deleted', 'held', 'refused', 'passed-over'],
});
const counts = mapOf(integer());
const result = object({
  position: integer({ description: 'In the order of the input, from 1.' }),
  outcome,
  id: integer({ description: 'Number of the record; 0: none of the library.' }),
  revision: integer(),
  url: optional(string()),
  code: optional(text('Why it was refused, or waits.')),
  message: optional(string()),
  hint: optional(string()),
  held: optional(integer({ description: 'Its number at /api/held, when it waits.' })),
  conflicts: optional(array(string(), { description: 'Tags that others changed too.' })),
  findings: optional(array(string(), { description: 'What rules found, when it waits for that.' })),
  warnings: optional(array(string())),
});
const held = {
  id: integer(),
  record: optional(integer()),
  mode: string(),
  reason: string(),
  conflicts: array(string()),
  findings: array(string()),
  at: string({ format: 'date-time' }),
  person: optional(string()),
  source: string(),
  state: string({ enum: ['waiting', 'accepted', 'rejected'] }),
  assigned: optional(string()),
};
const revision = {
  revision: integer(),
  modified: string({ format: 'date-time' }),
  deleted: boolean(),
  person: optional(string()),
  reason: optional(text('By what it came.')),
};

const changeSet = {
  id: integer(),
  at: string({ format: 'date-time' }),
  person: optional(string()),
  name: string(),
  selection: text('The query, or how many numbers were given.'),
  state: string({ enum: ['previewed', 'applying', 'applied', 'undoing', 'undone'] }),
  selected: integer({ description: 'Records that were selected.' }),
  changed: integer({ description: 'Those of them that change.' }),
  distinct: integer({ description: 'Different changes.' }),
  outcomes: counts,
  job: optional(integer()),
  undo_job: optional(integer()),
  ended: optional(string({ format: 'date-time' })),
};

export const writeSchemas: Readonly<Record<string, ObjectSchema>> = {
  SentRecords: object({
    upload: optional(integer({ description: 'Its number at /api/uploads.' })),
    dryRun: optional(boolean()),
    url: optional(string()),
    counts,
    results: array(result),
  }),
  EditedRecord: object({
    id: integer(),
    outcome: string(),
    revision: integer({ description: 'Of the newest version now; for the next If-Match.' }),
    url: string(),
    restored: optional(integer()),
    warnings: optional(array(string())),
    held: optional(integer({ description: 'Its number at /api/held, when a rule of the library holds it (202).' })),
    code: optional(text('Why it waits.')),
    findings: optional(array(string(), { description: 'What rules found, when it waits for that.' })),
  }),
  Revisions: object({
    id: integer(),
    newest: optional(integer()),
    revisions: optional(array(object(revision))),
    next: optional(next),
    fields: optional(array(object({ tag: string(), before: marc, after: marc }))),
  }),
  Revision: object({ id: integer(), newest: integer(), ...revision, record: marc }),
  Upload: object({
    id: integer(),
    at: string({ format: 'date-time' }),
    ended: orNull(string({ format: 'date-time' })),
    person: optional(string()),
    way: string(),
    name: string(),
    mode: string(),
    counts,
    job: optional(object({ id: integer(), state: string() })),
    results: array(result),
    next,
  }),
  HeldList: object({ held: array(object(held)), next }),
  HeldUpload: object({ ...held, sent: marc, base: marc, theirs: marc, ours: marc }),
  HeldDecision: object({
    do: string({ enum: ['accept', 'reject', 'assign', 'unassign'] }),
    side: optional(string({ enum: ['ours', 'theirs'], default: 'ours' })),
    choices: optional(mapOf(string(), { description: 'Another side for some tags.' })),
    mode: optional(string()),
    reason: optional(string()),
  }),
  HeldDecided: object({
    id: integer(),
    state: string(),
    record: optional(integer()),
    revision: optional(integer()),
    outcome: optional(string()),
  }),
  ChangeSets: object({ total: integer(), change_sets: array(object(changeSet)) }),
  NewChangeSet: object({
    query: optional(text('All records that it finds; empty: all there are.')),
    numbers: optional(array(integer({ minimum: 1 }), { description: 'In the place of a query.' })),
    task: text('In YAML, as in "Changing many records".'),
  }),
  ChangeSet: object({
    ...changeSet,
    task: optional(string()),
    to_change: optional(integer({ description: 'Records that it would write now.' })),
    actions: array(object({ times: integer(), records: integer() })),
    changes: array(
      object({
        place: integer({ description: 'For leave_out.' }),
        action: integer({ description: 'Its place in the task, from 0.' }),
        tag: string(),
        before: string(),
        after: string(),
        times: integer(),
        records: integer(),
        left_out: boolean(),
      }),
      { description: 'The most frequent ones.' },
    ),
  }),
  ChangeSetRecords: object({
    records: array(
      object({
        id: integer(),
        from: integer({ description: 'The revision that was previewed.' }),
        to: optional(integer({ description: 'The revision that was made of it.' })),
        left_out: boolean(),
        outcome: optional(string()),
        undo_outcome: optional(string()),
      }),
    ),
    next,
  }),
  ChangeSetWish: object({
    confirm: optional(integer({ description: 'How many records change, when that is more than the setting `many`.' })),
    leave_out: optional(
      object({
        changes: optional(array(integer(), { description: 'Places of changes.' })),
        records: optional(array(integer(), { description: 'Numbers of records.' })),
      }),
    ),
  }),
  ChangeSetJob: object({ id: integer(), job: integer(), url: string() }),
  MergeWish: object({
    survivor: integer({ minimum: 1, description: 'The record that stays.' }),
    other: integer({ minimum: 1, description: 'The record that goes.' }),
    keep: optional(
      array(integer(), {
        description: 'Places of the fields that stay, as a dry run lists them; then both revisions are needed.',
      }),
    ),
    revision: optional(integer({ description: 'Of the survivor: 409 when it is another by now.' })),
    other_revision: optional(integer()),
  }),
  Merged: object({
    survivor: integer(),
    other: integer(),
    revision: integer(),
    warnings: optional(array(string())),
    other_revision: optional(integer()),
    fields: optional(
      array(
        object({
          place: integer(),
          survivor: orNull(string()),
          other: orNull(string()),
          taken: boolean(),
        }),
      ),
    ),
    record: optional(marc),
  }),
};

const sent = { position: 1, outcome: 'inserted', id: 1234, revision: 1, url: 'https://library.example/record/1234' };
const waits = {
  ...{
    id: 3,
    record: 12,
    mode: 'replace',
    reason: 'CONFLICT',
    conflicts: ['245'],
    findings: [],
    at: '2026-01-02T03:04:05.000Z',
  },
  ...{ person: 'ada', source: 'upload replace x.xml', state: 'waiting' },
};
const version = { revision: 3, modified: '2026-01-02T03:04:05.000Z', deleted: false, person: 'ada', reason: 'API' };
const record = { leader: '', fields: [{ '001': '12' }] };

const changed = {
  ...{ id: 3, at: '2026-01-02T03:04:05.000Z', person: 'ada', name: '', selection: 'author:ellis', state: 'previewed' },
  ...{ selected: 30, changed: 11, distinct: 1, outcomes: {} },
};

export const writeExamples: Readonly<Record<string, unknown>> = {
  SentRecords: { upload: 7, url: 'https://library.example/api/uploads/7', counts: { inserted: 1 }, results: [sent] },
  EditedRecord: { id: 12, outcome: 'written', revision: 4, url: 'https://library.example/record/12' },
  Revisions: { id: 12, newest: 3, revisions: [version], next: null },
  Revision: { id: 12, newest: 3, ...version, record },
  Upload: {
    ...{ id: 7, at: '2026-01-02T03:04:05.000Z', ended: '2026-01-02T03:04:05.000Z', person: 'ada', way: 'api' },
    ...{ name: 'x.xml', mode: 'insert', counts: { inserted: 1 }, results: [sent], next: null },
  },
  HeldList: { held: [waits], next: null },
  HeldUpload: { ...waits, sent: record, base: record, theirs: record, ours: record },
  HeldDecision: { do: 'accept', side: 'ours', choices: { 245: 'theirs' } },
  ChangeSets: { total: 1, change_sets: [changed] },
  NewChangeSet: { query: 'author:ellis', task: 'actions: [{ on: 500, do: delete-field }]' },
  ChangeSet: {
    ...{ ...changed, actions: [{ times: 12, records: 11 }] },
    changes: [
      {
        ...{ place: 0, action: 0, tag: '500', before: '500__ $$aold', after: '', times: 12, records: 11 },
        left_out: false,
      },
    ],
  },
  ChangeSetRecords: { records: [{ id: 12, from: 3, to: 4, left_out: false, outcome: 'replaced' }], next: null },
  ChangeSetWish: { leave_out: { changes: [0] } },
  ChangeSetJob: { id: 3, job: 7, url: 'https://library.example/api/jobs/7' },
  MergeWish: { survivor: 12, other: 13 },
  Merged: { survivor: 12, other: 13, revision: 4 },
  HeldDecided: { id: 3, state: 'accepted', record: 12, revision: 4, outcome: 'merged' },
};
