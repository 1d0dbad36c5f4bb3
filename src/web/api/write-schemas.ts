import Type, { type TObject } from 'typebox';
import { writeModes } from '../../records/modes.ts';

/** Shapes of what the addresses that change records take and answer. */

const optional = Type.Optional;
const text = (description: string) => Type.String({ description });
const flag = (description: string) => optional(Type.Integer({ minimum: 0, maximum: 1, default: 0, description }));
const after = optional(Type.Integer({ minimum: 0, description: 'Where to continue; taken from "next".' }));
const next = Type.Union([Type.String(), Type.Null()], { description: 'Address of the next part; null at the end.' });
const marc = Type.Unsafe<unknown>({ type: ['object', 'null'], description: 'A record as MARC-in-JSON.' });

const dryRun = flag('1: answers what would happen, and changes nothing.');

export const sendParameters = Type.Object({
  mode: optional(
    Type.String({ default: 'insert', description: `What is to become of the records: ${writeModes.join(', ')}.` }),
  ),
  name: optional(text('What the upload is called in lists and in the history.')),
  force: flag('1: mode replace makes a record that is not there, with the number in its 001.'),
  'dry-run': dryRun,
  callback: optional(text('An address that is called when all is done; the setting `callback-urls` must allow it.')),
  nonce: optional(text('Given back in the callback.')),
});
export const editParameters = Type.Object({ 'dry-run': dryRun });
export const revisionsParameters = Type.Object({
  diff: optional(text('Two revisions, as 1..3: what is otherwise in the second.')),
  before: optional(
    Type.Integer({
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description: 'Only revisions before this one; taken from "next".',
    }),
  ),
});
export const uploadParameters = Type.Object({ after, trouble: flag('1: only what was refused or waits.') });
export const heldParameters = Type.Object({
  record: optional(Type.Integer({ minimum: 1, description: 'Only those for this record.' })),
  reason: optional(Type.String({ enum: ['CONFLICT', 'UNKNOWN_REVISION', 'ASKED', 'CHECK'] })),
  q: optional(text('A part of what brought it, or of who did.')),
  all: flag('1: also those of which somebody has decided.'),
  after,
});

export const changeSetsParameters = Type.Object({
  from: optional(Type.Integer({ minimum: 0, default: 0, description: 'So many are passed over.' })),
});
export const changeSetRecordsParameters = Type.Object({ after });

const outcome = Type.String({
  enum: ['inserted', 'replaced', 'merged', 'unchanged', 'deleted', 'held', 'refused', 'passed-over'],
});
const counts = Type.Record(Type.String(), Type.Integer());
const result = Type.Object({
  position: Type.Integer({ description: 'In the order of the input, from 1.' }),
  outcome,
  id: Type.Integer({ description: 'Number of the record; 0: none of the library.' }),
  revision: Type.Integer(),
  url: optional(Type.String()),
  code: optional(text('Why it was refused, or waits.')),
  message: optional(Type.String()),
  hint: optional(Type.String()),
  held: optional(Type.Integer({ description: 'Its number at /api/held, when it waits.' })),
  conflicts: optional(Type.Array(Type.String(), { description: 'Tags that others changed too.' })),
  findings: optional(Type.Array(Type.String(), { description: 'What rules found, when it waits for that.' })),
  warnings: optional(Type.Array(Type.String())),
});
const held = {
  id: Type.Integer(),
  record: optional(Type.Integer()),
  mode: Type.String(),
  reason: Type.String(),
  conflicts: Type.Array(Type.String()),
  findings: Type.Array(Type.String()),
  at: Type.String({ format: 'date-time' }),
  person: optional(Type.String()),
  source: Type.String(),
  state: Type.String({ enum: ['waiting', 'accepted', 'rejected'] }),
  assigned: optional(Type.String()),
};
const revision = {
  revision: Type.Integer(),
  modified: Type.String({ format: 'date-time' }),
  deleted: Type.Boolean(),
  person: optional(Type.String()),
  reason: optional(text('By what it came.')),
};

const changeSet = {
  id: Type.Integer(),
  at: Type.String({ format: 'date-time' }),
  person: optional(Type.String()),
  name: Type.String(),
  selection: text('The query, or how many numbers were given.'),
  state: Type.String({ enum: ['previewed', 'applying', 'applied', 'undoing', 'undone'] }),
  selected: Type.Integer({ description: 'Records that were selected.' }),
  changed: Type.Integer({ description: 'Those of them that change.' }),
  distinct: Type.Integer({ description: 'Different changes.' }),
  outcomes: counts,
  job: optional(Type.Integer()),
  undo_job: optional(Type.Integer()),
  ended: optional(Type.String({ format: 'date-time' })),
};

export const writeSchemas: Readonly<Record<string, TObject>> = {
  SentRecords: Type.Object({
    upload: optional(Type.Integer({ description: 'Its number at /api/uploads.' })),
    dryRun: optional(Type.Boolean()),
    url: optional(Type.String()),
    counts,
    results: Type.Array(result),
  }),
  EditedRecord: Type.Object({
    id: Type.Integer(),
    outcome: Type.String(),
    revision: Type.Integer({ description: 'Of the newest version now; for the next If-Match.' }),
    url: Type.String(),
    restored: optional(Type.Integer()),
    warnings: optional(Type.Array(Type.String())),
    held: optional(
      Type.Integer({ description: 'Its number at /api/held, when a rule of the library holds it (202).' }),
    ),
    code: optional(text('Why it waits.')),
    findings: optional(Type.Array(Type.String(), { description: 'What rules found, when it waits for that.' })),
  }),
  Revisions: Type.Object({
    id: Type.Integer(),
    newest: optional(Type.Integer()),
    revisions: optional(Type.Array(Type.Object(revision))),
    next: optional(next),
    fields: optional(Type.Array(Type.Object({ tag: Type.String(), before: marc, after: marc }))),
  }),
  Revision: Type.Object({ id: Type.Integer(), newest: Type.Integer(), ...revision, record: marc }),
  Upload: Type.Object({
    id: Type.Integer(),
    at: Type.String({ format: 'date-time' }),
    ended: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
    person: optional(Type.String()),
    way: Type.String(),
    name: Type.String(),
    mode: Type.String(),
    counts,
    job: optional(Type.Object({ id: Type.Integer(), state: Type.String() })),
    results: Type.Array(result),
    next,
  }),
  HeldList: Type.Object({ held: Type.Array(Type.Object(held)), next }),
  HeldUpload: Type.Object({ ...held, sent: marc, base: marc, theirs: marc, ours: marc }),
  HeldDecision: Type.Object({
    do: Type.String({ enum: ['accept', 'reject', 'assign', 'unassign'] }),
    side: optional(Type.String({ enum: ['ours', 'theirs'], default: 'ours' })),
    choices: optional(Type.Record(Type.String(), Type.String(), { description: 'Another side for some tags.' })),
    mode: optional(Type.String()),
    reason: optional(Type.String()),
  }),
  HeldDecided: Type.Object({
    id: Type.Integer(),
    state: Type.String(),
    record: optional(Type.Integer()),
    revision: optional(Type.Integer()),
    outcome: optional(Type.String()),
  }),
  ChangeSets: Type.Object({ total: Type.Integer(), change_sets: Type.Array(Type.Object(changeSet)) }),
  NewChangeSet: Type.Object({
    query: optional(text('All records that it finds; empty: all there are.')),
    numbers: optional(Type.Array(Type.Integer({ minimum: 1 }), { description: 'In the place of a query.' })),
    task: text('In YAML, as in "Changing many records".'),
  }),
  ChangeSet: Type.Object({
    ...changeSet,
    task: optional(Type.String()),
    to_change: optional(Type.Integer({ description: 'Records that it would write now.' })),
    actions: Type.Array(Type.Object({ times: Type.Integer(), records: Type.Integer() })),
    changes: Type.Array(
      Type.Object({
        place: Type.Integer({ description: 'For leave_out.' }),
        action: Type.Integer({ description: 'Its place in the task, from 0.' }),
        tag: Type.String(),
        before: Type.String(),
        after: Type.String(),
        times: Type.Integer(),
        records: Type.Integer(),
        left_out: Type.Boolean(),
      }),
      { description: 'The most frequent ones.' },
    ),
  }),
  ChangeSetRecords: Type.Object({
    records: Type.Array(
      Type.Object({
        id: Type.Integer(),
        from: Type.Integer({ description: 'The revision that was previewed.' }),
        to: optional(Type.Integer({ description: 'The revision that was made of it.' })),
        left_out: Type.Boolean(),
        outcome: optional(Type.String()),
        undo_outcome: optional(Type.String()),
      }),
    ),
    next,
  }),
  ChangeSetWish: Type.Object({
    confirm: optional(
      Type.Integer({ description: 'How many records change, when that is more than the setting `many`.' }),
    ),
    leave_out: optional(
      Type.Object({
        changes: optional(Type.Array(Type.Integer(), { description: 'Places of changes.' })),
        records: optional(Type.Array(Type.Integer(), { description: 'Numbers of records.' })),
      }),
    ),
  }),
  ChangeSetJob: Type.Object({ id: Type.Integer(), job: Type.Integer(), url: Type.String() }),
  MergeWish: Type.Object({
    survivor: Type.Integer({ minimum: 1, description: 'The record that stays.' }),
    other: Type.Integer({ minimum: 1, description: 'The record that goes.' }),
    keep: optional(
      Type.Array(Type.Integer(), {
        description: 'Places of the fields that stay, as a dry run lists them; then both revisions are needed.',
      }),
    ),
    revision: optional(Type.Integer({ description: 'Of the survivor: 409 when it is another by now.' })),
    other_revision: optional(Type.Integer()),
  }),
  Merged: Type.Object({
    survivor: Type.Integer(),
    other: Type.Integer(),
    revision: Type.Integer(),
    warnings: optional(Type.Array(Type.String())),
    other_revision: optional(Type.Integer()),
    fields: optional(
      Type.Array(
        Type.Object({
          place: Type.Integer(),
          survivor: Type.Union([Type.String(), Type.Null()]),
          other: Type.Union([Type.String(), Type.Null()]),
          taken: Type.Boolean(),
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
