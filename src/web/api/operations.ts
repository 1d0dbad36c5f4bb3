import type { Site } from '../../site/site.ts';
import type { Operation } from './operation.ts';
import {
  collectionsParameters,
  jobLogParameters,
  jobsParameters,
  noParameters,
  recordParameters,
  recordsParameters,
  removeFileParameters,
  searchParameters,
  suggestParameters,
  webhookLogParameters,
} from './schemas.ts';
import { writeOperations } from './write-operations.ts';

type ReadOperation = Omit<Operation, 'method'>;

const json = 'application/json';

/**
 * All of them. The facets of a search are those of the site; signing in is there where people are,
 * documents where files are.
 */
export function operationsOf(
  site: Site,
  hasAccounts: boolean,
  hasFiles = false,
  hasUploads = false,
): readonly Operation[] {
  const reading = readOperations(site).map((one): Operation => ({ method: 'get', ...one }));
  return [
    ...reading,
    ...(hasUploads ? writeOperations : []),
    ...(hasFiles ? fileOperations : []),
    ...(hasAccounts ? [...sessionOperations, ...jobOperations, ...webhookOperations] : []),
  ];
}

const whose = 'Your own; of everybody for who looks after jobs (cfgbibsched, tokens with the scope admin).';
const jobNumber = { id: 'Number of the job.' };

const jobOperations: readonly Operation[] = [
  {
    ...{ id: 'jobs', method: 'get', path: '/api/jobs', summary: 'Jobs' },
    description: `Long work that people have asked for: what runs and waits first, then what has ended, the newest first. ${whose}`,
    ...{ parameters: jobsParameters, inPath: {}, answer: 'JobsAnswer', contentType: json, errors: [401] },
    example: '/api/jobs?state=running&state=waiting&size=10',
  },
  {
    ...{ id: 'job', method: 'get', path: '/api/jobs/{id}', summary: 'One job' },
    description: `How far it is, or what was done. ${whose}`,
    ...{ parameters: noParameters, inPath: jobNumber, answer: 'Job', contentType: json, errors: [401, 404] },
    example: '/api/jobs/1',
  },
  {
    ...{ id: 'jobLog', method: 'get', path: '/api/jobs/{id}/log', summary: 'The log of a job' },
    description: 'Of a long log the first 2,000 and the last 8,000 lines are kept.',
    ...{ parameters: jobLogParameters, inPath: jobNumber, answer: 'JobLog', contentType: json, errors: [401, 404] },
    example: '/api/jobs/1/log?after=0',
  },
  {
    ...{ id: 'changeJob', method: 'post', path: '/api/jobs/{id}/{wish}', summary: 'Sleep, wake, stop, priority ...' },
    description:
      'sleep, wake, stop and acknowledge, with the scope edit; run-now, priority, and wake of what failed or was stopped for who looks after jobs. The body is only for priority. With an Idempotency-Key a request can be repeated safely.',
    parameters: noParameters,
    inPath: { ...jobNumber, wish: 'sleep, wake, stop, acknowledge, run-now or priority.' },
    ...{ body: 'JobPriority', answer: 'Job', contentType: json, errors: [401, 403, 404, 409] },
    example: '/api/jobs/1/priority',
  },
  {
    ...{ id: 'deleteJob', method: 'delete', path: '/api/jobs/{id}', summary: 'Delete a job that has ended' },
    description: 'With its log; what it has done stays. With an Idempotency-Key a request can be repeated safely.',
    ...{ parameters: noParameters, inPath: jobNumber, answer: undefined, contentType: undefined },
    ...{ errors: [401, 403, 404, 409], example: '/api/jobs/1' },
  },
  {
    ...{ id: 'schedules', method: 'get', path: '/api/schedules', summary: 'Schedules' },
    description: 'Jobs that are asked for again and again, the next first. For who looks after jobs (cfgbibsched).',
    ...{ parameters: noParameters, inPath: {}, answer: 'SchedulesAnswer', contentType: json, errors: [401, 403] },
    example: '/api/schedules',
  },
  {
    ...{ id: 'changeSchedule', method: 'post', path: '/api/schedules/{id}', summary: 'Change when its jobs come' },
    description: 'What is left out stays. With an Idempotency-Key a request can be repeated safely.',
    ...{ parameters: noParameters, inPath: { id: 'Number of the schedule.' }, body: 'ScheduleChange' },
    ...{ answer: 'Schedule', contentType: json, errors: [401, 403, 404], example: '/api/schedules/1' },
  },
  {
    ...{ id: 'deleteSchedule', method: 'delete', path: '/api/schedules/{id}', summary: 'Delete a schedule' },
    description: 'Jobs that it has made stay. With an Idempotency-Key a request can be repeated safely.',
    ...{ parameters: noParameters, inPath: { id: 'Number of the schedule.' }, answer: undefined },
    ...{ contentType: undefined, errors: [401, 403, 404], example: '/api/schedules/1' },
  },
];

const webhookName = { name: 'Name of the webhook.' };
const webhookOwner = 'For people who may have webhooks (cfgwebhooks, tokens with the scope admin): their own.';

const webhookOperations: readonly Operation[] = [
  {
    ...{ id: 'webhooks', method: 'get', path: '/api/webhooks', summary: 'Webhooks', description: webhookOwner },
    ...{ parameters: noParameters, inPath: {}, answer: 'WebhooksAnswer', contentType: json, errors: [401, 403] },
    example: '/api/webhooks',
  },
  {
    ...{ id: 'addWebhook', method: 'post', path: '/api/webhooks', summary: 'Add a webhook' },
    description: `It is told what happens from now on, as far as its owner may see it. The answer has its secret, this once. ${webhookOwner} With an Idempotency-Key a request can be repeated safely.`,
    ...{ parameters: noParameters, inPath: {}, body: 'NewWebhook', answer: 'Webhook', contentType: json },
    ...{ errors: [400, 401, 403, 409], example: '/api/webhooks' },
  },
  {
    ...{
      id: 'webhook',
      method: 'get',
      path: '/api/webhooks/{name}',
      summary: 'One webhook',
      description: webhookOwner,
    },
    ...{ parameters: noParameters, inPath: webhookName, answer: 'Webhook', contentType: json, errors: [401, 403, 404] },
    example: '/api/webhooks/discovery',
  },
  {
    ...{ id: 'removeWebhook', method: 'delete', path: '/api/webhooks/{name}', summary: 'Remove a webhook' },
    description: `With its log. ${webhookOwner} With an Idempotency-Key a request can be repeated safely.`,
    ...{ parameters: noParameters, inPath: webhookName, answer: undefined, contentType: undefined },
    ...{ errors: [401, 403, 404], example: '/api/webhooks/discovery' },
  },
  {
    ...{ id: 'webhookLog', method: 'get', path: '/api/webhooks/{name}/log', summary: 'What it was told' },
    description: `The newest first. Sent messages are kept for a week, others for 30 days. ${webhookOwner}`,
    ...{ parameters: webhookLogParameters, inPath: webhookName, answer: 'WebhookLog', contentType: json },
    ...{ errors: [401, 403, 404], example: '/api/webhooks/discovery/log?state=failed' },
  },
  {
    ...{ id: 'changeWebhook', method: 'post', path: '/api/webhooks/{name}/{wish}', summary: 'Test, resend, on, off' },
    description: `test sends a message now and answers with what became of it; resend sends one of the log once more, or all that failed. ${webhookOwner} With an Idempotency-Key a request can be repeated safely.`,
    parameters: noParameters,
    inPath: { ...webhookName, wish: 'test, resend, on or off.' },
    ...{ body: 'WebhookResend', answer: 'Webhook', contentType: json, errors: [401, 403, 404] },
    example: '/api/webhooks/discovery/resend',
  },
];

const fileOperations: readonly Operation[] = [
  {
    id: 'fileEvents',
    method: 'get',
    path: '/api/records/{id}/file-events',
    summary: 'What became of the documents of a record',
    description:
      'The newest 1,000 events; also of documents that are gone, and never of one that you may not see. For people who may attach files (runbibdocfile).',
    parameters: noParameters,
    inPath: { id: 'Number of the record.' },
    answer: 'FileEvents',
    contentType: json,
    errors: [401, 403, 404],
    example: '/api/records/1/file-events',
  },
  {
    id: 'removeFile',
    method: 'delete',
    path: '/api/records/{id}/files/{name}',
    summary: 'Remove a file of a record',
    description:
      'All its versions, or one; other formats of the document stay. For people who may attach files (runbibdocfile) and see this one. With an Idempotency-Key a request can be repeated safely.',
    parameters: removeFileParameters,
    inPath: { id: 'Number of the record.', name: 'Name of the file, as in thesis.pdf.' },
    answer: 'RemovedFile',
    contentType: json,
    errors: [401, 403, 404],
    example: '/api/records/1/files/thesis.pdf',
  },
];

const sessionOperations: readonly Operation[] = [
  {
    id: 'login',
    method: 'post',
    path: '/api/login',
    summary: 'Sign in',
    description:
      'Sets the session cookie. Programs should use an API token of the account instead: send Authorization: Bearer TOKEN with every request.',
    parameters: noParameters,
    inPath: {},
    body: 'SignIn',
    answer: 'SignedIn',
    contentType: json,
    errors: [401, 403],
    example: '/api/login',
  },
  {
    id: 'logout',
    method: 'post',
    path: '/api/logout',
    summary: 'Sign out',
    description: 'Ends the session of the cookie.',
    parameters: noParameters,
    inPath: {},
    answer: undefined,
    contentType: undefined,
    errors: [],
    example: '/api/logout',
  },
];

function readOperations(site: Site): readonly ReadOperation[] {
  return [
    {
      id: 'search',
      path: '/api/search',
      summary: 'Search',
      description:
        'The records that match a query, with exact counts and, on request, facets. Follow "next" for more, however many there are.',
      parameters: searchParameters(site.facets.map(({ code }) => code)),
      inPath: {},
      answer: 'SearchAnswer',
      contentType: json,
      errors: [],
      example: '/api/search?p=year:2000->2010&facets=1&size=2&fields=recid,title,authors',
    },
    {
      id: 'record',
      path: '/api/records/{id}',
      summary: 'One record',
      description:
        'As JSON, or in the export format named by the Accept header (application/marcxml+xml, application/x-bibtex ...).',
      parameters: recordParameters,
      inPath: { id: 'Number of the record.' },
      answer: 'Record',
      contentType: json,
      errors: [404, 410],
      example: '/api/records/1?fields=recid,title,doi',
    },
    {
      id: 'records',
      path: '/api/records',
      summary: 'All records',
      description:
        'Every record that you may see, by number. For whole collections the MARCXML export of a search is faster.',
      parameters: recordsParameters,
      inPath: {},
      answer: 'RecordsAnswer',
      contentType: json,
      errors: [],
      example: '/api/records?size=2&fields=recid,modification_date',
    },
    {
      id: 'collections',
      path: '/api/collections',
      summary: 'Collections',
      description:
        'The tree of collections with the number of records in each; empty ones are left out, as on the home page.',
      parameters: collectionsParameters,
      inPath: {},
      answer: 'CollectionsAnswer',
      contentType: json,
      errors: [],
      example: '/api/collections',
    },
    {
      id: 'suggest',
      path: '/api/suggest',
      summary: 'Suggestions',
      description: 'Titles, authors, subjects and journals that begin with the given text.',
      parameters: suggestParameters,
      inPath: {},
      answer: 'SuggestAnswer',
      contentType: json,
      errors: [],
      example: '/api/suggest?q=a&size=3',
    },
    {
      id: 'openapi',
      path: '/api/openapi.json',
      summary: 'This description',
      description: 'The OpenAPI 3.1 document of this library.',
      parameters: noParameters,
      inPath: {},
      answer: undefined,
      contentType: json,
      errors: [],
      example: '/api/openapi.json',
    },
    {
      id: 'page',
      path: '/api',
      summary: 'This page',
      description: 'The same description as a page.',
      parameters: noParameters,
      inPath: {},
      answer: undefined,
      contentType: 'text/html',
      errors: [],
      example: '/api',
    },
  ];
}
