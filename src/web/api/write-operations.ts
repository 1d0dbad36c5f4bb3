import type { Operation } from './operation.ts';
import { noParameters } from './schemas.ts';
import {
  changeSetRecordsParameters,
  changeSetsParameters,
  editParameters,
  heldParameters,
  revisionsParameters,
  sendParameters,
  uploadParameters,
} from './write-schemas.ts';

const json = 'application/json';
const id = { id: 'Number of the record.' };
const changeSet = { id: 'Number of the change set.' };
const ifMatch = {
  'If-Match': 'The revision that was read, as "3": the ETag of /api/records/{id}/revisions/newest.',
};
const prefer = {
  Prefer: 'merge: when others have changed the record since, both are merged where they do not conflict.',
};
const once = 'With an Idempotency-Key a request can be repeated safely.';

/** Addresses that change records, and those that say what became of that. */
export const writeOperations: readonly Operation[] = [
  {
    ...{ id: 'sendRecords', method: 'post', path: '/api/records', summary: 'Send records' },
    description: `MARCXML, ISO 2709, MARC-in-JSON or text MARC, compressed with gzip or not. Up to 100 records and 2 MB are written at once, each taken or refused by itself; more, and records that bring documents (FFT, BDR, BDM), are a job (202), which /api/uploads/{id} tells of. For people who may runbibedit or runbatchuploader. ${once}`,
    ...{ parameters: sendParameters, inPath: {}, takesRecords: true, answer: 'SentRecords', contentType: json },
    ...{ errors: [401, 403, 413, 415], example: '/api/records?mode=insert' },
  },
  {
    ...{ id: 'replaceRecord', method: 'put', path: '/api/records/{id}', summary: 'Replace a record' },
    description: `By the one record of the body. 412 when it has changed since the revision of If-Match: the answer has the newest revision, and the fields in conflict. ${once}`,
    ...{ parameters: editParameters, inPath: id, inHeader: { ...ifMatch, ...prefer }, takesRecords: true },
    ...{ answer: 'EditedRecord', contentType: json, errors: [401, 403, 404, 410, 412, 422, 428] },
    example: '/api/records/1',
  },
  {
    ...{ id: 'correctRecord', method: 'patch', path: '/api/records/{id}', summary: 'Correct fields of a record' },
    description: `For each tag with its indicators that the body has, all such fields go and those of the body come (mode correct). ${once}`,
    ...{ parameters: editParameters, inPath: id, inHeader: { ...ifMatch, ...prefer }, takesRecords: true },
    ...{ answer: 'EditedRecord', contentType: json, errors: [401, 403, 404, 410, 412, 422, 428] },
    example: '/api/records/1',
  },
  {
    ...{ id: 'deleteRecord', method: 'delete', path: '/api/records/{id}', summary: 'Delete a record' },
    description: `It keeps its number and its revisions, and can be restored. ${once}`,
    ...{ parameters: editParameters, inPath: id, inHeader: ifMatch, answer: 'EditedRecord', contentType: json },
    ...{ errors: [401, 403, 404, 410, 412, 428], example: '/api/records/1' },
  },
  {
    ...{ id: 'revisions', method: 'get', path: '/api/records/{id}/revisions', summary: 'Revisions of a record' },
    description: 'The newest first, or with diff what differs between two. For people who may edit the record.',
    ...{ parameters: revisionsParameters, inPath: id, answer: 'Revisions', contentType: json },
    ...{ errors: [401, 403, 404], example: '/api/records/1/revisions' },
  },
  {
    ...{ id: 'revision', method: 'get', path: '/api/records/{id}/revisions/{revision}', summary: 'One revision' },
    description: 'As MARC-in-JSON, or in the format named by the Accept header. Its ETag is what If-Match takes.',
    ...{ parameters: noParameters, inPath: { ...id, revision: 'Its number, or newest.' }, answer: 'Revision' },
    ...{ contentType: json, errors: [401, 403, 404], example: '/api/records/1/revisions/newest' },
  },
  {
    ...{ id: 'restoreRevision', method: 'post', path: '/api/records/{id}/revisions/{revision}/restore' },
    summary: 'Restore a revision',
    description: `Makes an earlier revision the newest again, as a new one; also of a deleted record. Rules of the library are asked as for an upload: what they hold waits (202). ${once}`,
    ...{ parameters: noParameters, inPath: { ...id, revision: 'Its number.' }, answer: 'EditedRecord' },
    ...{ contentType: json, errors: [401, 403, 404, 409, 422], example: '/api/records/1/revisions/1/restore' },
  },
  {
    ...{ id: 'upload', method: 'get', path: '/api/uploads/{upload}', summary: 'What became of an upload' },
    description: 'Its records, those that were refused or wait in any case, and how far its job is. Kept for 90 days.',
    ...{ parameters: uploadParameters, inPath: { upload: 'Number of the upload.' }, answer: 'Upload' },
    ...{ contentType: json, errors: [401, 404], example: '/api/uploads/1' },
  },
  {
    ...{ id: 'heldList', method: 'get', path: '/api/held', summary: 'Uploads that wait for a person' },
    description: 'Those of which you may decide, the oldest first.',
    ...{ parameters: heldParameters, inPath: {}, answer: 'HeldList', contentType: json },
    ...{ errors: [401, 403], example: '/api/held' },
  },
  {
    ...{ id: 'held', method: 'get', path: '/api/held/{upload}', summary: 'One that waits' },
    description:
      'What was sent, and three versions: the one that both began with, the newest, and what would be written.',
    ...{ parameters: noParameters, inPath: { upload: 'Its number.' }, answer: 'HeldUpload', contentType: json },
    ...{ errors: [401, 403, 404], example: '/api/held/1' },
  },
  {
    ...{ id: 'decideHeld', method: 'post', path: '/api/held/{upload}', summary: 'Decide of one that waits' },
    description: `Accept it with a side for what is in conflict, reject it with a reason, or look after it. ${once}`,
    ...{ parameters: noParameters, inPath: { upload: 'Its number.' }, body: 'HeldDecision', answer: 'HeldDecided' },
    ...{ contentType: json, errors: [401, 403, 404, 409], example: '/api/held/1' },
  },
  {
    ...{ id: 'changeSets', method: 'get', path: '/api/change-sets', summary: 'Change sets' },
    description: 'Changes of many records by a task, the newest first: your own, or all if you may change everything.',
    ...{ parameters: changeSetsParameters, inPath: {}, answer: 'ChangeSets', contentType: json },
    ...{ errors: [401, 403], example: '/api/change-sets' },
  },
  {
    ...{ id: 'previewChangeSet', method: 'post', path: '/api/change-sets', summary: 'Preview a task' },
    description: `What a task would make of the records of a query, or of these numbers. Nothing is written: it is kept as a change set. For people who may runbibeditmulti. ${once}`,
    ...{ parameters: noParameters, inPath: {}, body: 'NewChangeSet', answer: 'ChangeSet', contentType: json },
    ...{ errors: [401, 403, 404, 409, 422], example: '/api/change-sets' },
  },
  {
    ...{ id: 'changeSet', method: 'get', path: '/api/change-sets/{id}', summary: 'One change set' },
    description: 'What it changes, each different change with how often, and what became of it.',
    ...{ parameters: noParameters, inPath: changeSet, answer: 'ChangeSet', contentType: json },
    ...{ errors: [401, 403, 404], example: '/api/change-sets/1' },
  },
  {
    ...{ id: 'changeSetRecords', method: 'get', path: '/api/change-sets/{id}/records', summary: 'Its records' },
    description: 'By number, with the versions before and after, and the outcome of each.',
    ...{ parameters: changeSetRecordsParameters, inPath: changeSet, answer: 'ChangeSetRecords', contentType: json },
    ...{ errors: [401, 403, 404], example: '/api/change-sets/1/records' },
  },
  {
    ...{ id: 'doChangeSet', method: 'post', path: '/api/change-sets/{id}/{wish}', summary: 'Apply or undo it' },
    description: `Asks for the job that writes it, or takes it back as a whole. ${once}`,
    ...{ parameters: noParameters, inPath: { ...changeSet, wish: 'apply or undo.' }, body: 'ChangeSetWish' },
    ...{ answer: 'ChangeSetJob', contentType: json, errors: [401, 403, 404, 409], example: '/api/change-sets/1/apply' },
  },
  {
    ...{ id: 'mergeRecords', method: 'post', path: '/api/merges', summary: 'Merge two records' },
    description: `One stays with the fields that are kept, by default all of its own and the identifiers of the other; the other is deleted and leads to it. For people who may runbibmerge and edit both. ${once}`,
    ...{ parameters: editParameters, inPath: {}, body: 'MergeWish', answer: 'Merged', contentType: json },
    ...{ errors: [401, 403, 404, 409, 422], example: '/api/merges?dry-run=1' },
  },
  {
    ...{ id: 'undoMerge', method: 'post', path: '/api/merges/undo', summary: 'Take a merge back' },
    description: `Both are again what they were; what others have changed since is kept. ${once}`,
    ...{ parameters: noParameters, inPath: {}, body: 'MergeWish', answer: 'Merged', contentType: json },
    ...{ errors: [401, 403, 404, 409], example: '/api/merges/undo' },
  },
];
