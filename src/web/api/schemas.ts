import { suggestionKinds } from '../../search/guide/suggest.ts';
import {
  array,
  boolean,
  integer,
  mapOf,
  number,
  type ObjectSchema,
  object,
  oneOf,
  optional,
  orNull,
  ref,
  string,
} from './json-schema.ts';
import { writeSchemas } from './write-schemas.ts';

/**
 * The shapes of answers, by the name they have in the OpenAPI document. Validation of requests and
 * the document come from these alone.
 */

const text = (description: string) => string({ description });
const texts = (description: string) => array(string(), { description });

export const recordSchema = object(
  {
    recid: integer({ description: 'Number of the record.' }),
    url: optional(text('Address of its page.')),
    creation_date: optional(string({ format: 'date-time' })),
    modification_date: optional(string({ format: 'date-time' })),
    title: optional(object({ title: string() })),
    other_titles: optional(texts('Translated and other titles.')),
    authors: optional(
      array(
        object({
          full_name: string(),
          kind: string({ enum: ['person', 'corporate', 'meeting'] }),
          role: optional(text('Missing for an author.')),
          affiliation: optional(array(string())),
          orcid: optional(string()),
        }),
      ),
    ),
    number_of_authors: optional(integer()),
    corporate_name: optional(array(object({ collaboration: string() }))),
    date: optional(text('YYYY, YYYY-MM or YYYY-MM-DD.')),
    type: optional(text('article, preprint, proceedings, thesis, book, report, image, video or other.')),
    collection: optional(array(object({ primary: text('As catalogued in 980.') }))),
    abstract: optional(array(object({ summary: string() }))),
    publication_info: optional(array(mapOf(string()))),
    imprint: optional(array(mapOf(string()))),
    thesis: optional(mapOf(string())),
    series: optional(array(string())),
    edition: optional(string()),
    physical_description: optional(string()),
    doi: optional(string()),
    identifiers: optional(
      array(
        object({
          kind: string(),
          scheme: optional(string()),
          value: string(),
          url: optional(string()),
        }),
      ),
    ),
    subject: optional(array(object({ term: string() }))),
    keywords: optional(array(object({ term: string() }))),
    language: optional(texts('Language codes, usually of three letters.')),
    comment: optional(texts('Notes.')),
    url_links: optional(
      array(
        object({
          url: string(),
          label: optional(string()),
          size: optional(number({ description: 'Bytes.' })),
          checksum: optional(string()),
        }),
      ),
    ),
    holdings: optional(
      array(
        object({
          place: optional(texts('Institution, library and collection of a copy.')),
          shelf_mark: optional(string()),
          copy: optional(text('Number of the copy.')),
          notes: optional(array(string())),
        }),
      ),
    ),
    call_numbers: optional(texts('Of the work, when no copy has a shelf mark.')),
    license: optional(array(object({ text: string(), url: optional(string()) }))),
    reference: optional(array(mapOf(string()))),
  },
  { description: 'A record. Keys without a value are left out.', additionalProperties: false },
);

/** Names that `fields` may have. */
export const recordFields: readonly string[] = Object.keys(recordSchema.properties);

const problemSchema = object(
  {
    type: oneOf(['about:blank']),
    title: text('One sentence.'),
    status: integer(),
    code: optional(text('Stable, for example REPERIO_PARAMETER_WRONG.')),
    detail: optional(text('What to do.')),
  },
  { description: 'An error (RFC 9457).' },
);

const noticeSchema = object({
  kind: string(),
  text: text('The part of the query that it is about.'),
  message: text('The sentence, in the requested language.'),
});

const facetSchema = object({
  code: text('Choose one of its values with the parameter facet.CODE, exclude one with facet.not.CODE.'),
  title: string(),
  kind: string({ enum: ['values', 'year', 'collection'] }),
  values: array(
    object({
      value: string(),
      label: string(),
      count: integer({ description: 'Exact.' }),
      selected: boolean(),
    }),
  ),
});

const next = orNull(
  string({
    description:
      'Address of the next part; null at the end. Its cursor stays valid while records are added and deleted.',
  }),
);

const searchSchema = object({
  total: integer({ description: 'Exact number of records found.' }),
  understood: text('The query as it was understood.'),
  notices: array(ref('Notice')),
  correction: optional(
    object(
      {
        query: text('The query with its words spelled in another way.'),
        total: integer({ description: 'How many records it finds.' }),
      },
      { description: 'Another spelling that finds something, when the query finds nothing. It is only offered.' },
    ),
  ),
  records: array(ref('Record')),
  facets: optional(array(ref('Facet'))),
  next,
});

const recordsSchema = object({
  total: integer({ description: 'All records that you may see.' }),
  records: array(ref('Record')),
  next,
});

const collectionSchema = object({
  name: text('The value for the parameters c and cc.'),
  title: text('In the requested language.'),
  records: integer({ description: 'Records that you may see.' }),
  url: string(),
  children: array(ref('Collection'), { description: 'Together they make up the collection.' }),
  virtual: array(ref('Collection'), { description: 'Further collections for browsing.' }),
});

const suggestionSchema = object({
  kind: oneOf(suggestionKinds),
  text: text('As in the record.'),
  label: text('As people read it: without markup, formulas as text.'),
  query: text('A query for it, in the query language.'),
  count: integer({ description: 'Records with it that you may see.' }),
  record: optional(integer({ description: 'The one record that has this title.' })),
  url: text('The page of the record, or a search for it.'),
});

const jobSchema = object(
  {
    id: integer(),
    kind: string(),
    name: text('What it is about, as the name of a file.'),
    person: optional(text('Who asked for it.')),
    state: string({ enum: ['waiting', 'running', 'sleeping', 'done', 'failed', 'stopped'] }),
    wish: optional(text('sleep or stop: what it does at the next point where that loses nothing.')),
    priority: integer(),
    sequence: optional(string()),
    window: optional(text('The hours of the week in which it is done.')),
    on_node: optional(text('Only this node does it.')),
    schedule: optional(integer()),
    progress: optional(object({ done: number(), total: optional(number()), sentence: string() })),
    attempts: integer({ description: 'How often it failed, or its process was killed.' }),
    node: optional(string()),
    created: string(),
    due: optional(text('Not before then.')),
    began: optional(string()),
    ended: optional(string()),
    took: optional(number({ description: 'Milliseconds.' })),
    did: optional(text('What was done.')),
    problem: optional(text('What somebody must look at.')),
    acknowledged: boolean(),
    after: optional(integer({ description: 'The job of its sequence that it waits for.' })),
    after_state: optional(text('The state of that one.')),
  },
  { description: 'A job. Keys without a value are left out.', additionalProperties: false },
);

const scheduleSchema = object(
  {
    id: integer(),
    kind: string(),
    name: string(),
    person: optional(string()),
    priority: integer(),
    sequence: optional(string()),
    window: optional(string()),
    on_node: optional(string()),
    every: optional(integer({ description: 'Seconds.' })),
    cron: optional(string()),
    time_zone: optional(string()),
    next: string(),
    problem: optional(text('Why it makes no more jobs.')),
    last: optional(integer({ description: 'Its last job.' })),
    last_state: optional(string()),
  },
  { description: 'A schedule. Keys without a value are left out.', additionalProperties: false },
);

const signInSchema = object({
  name: text('Name or e-mail address of the account.'),
  password: string(),
  remember: optional(boolean({ description: 'Keep the session when the browser is closed.' })),
});

const webhookSchema = object(
  {
    name: string(),
    url: string(),
    events: array(string()),
    owner: optional(text('Whose rights decide what it is told; without it those of guests.')),
    active: boolean(),
    created: string({ format: 'date-time' }),
    succeeded: optional(text('When it last took something.')),
    failing: optional(text('Since when it has taken nothing, though it was tried.')),
    off_reason: optional(text('Why it was switched off.')),
    waiting: integer({ description: 'Messages that wait for another attempt.' }),
    secret: optional(text('Signs its messages. Shown once, when it is added.')),
  },
  { description: 'An address that is told what happens. Keys without a value are left out.' },
);

export const schemas: Readonly<Record<string, ObjectSchema>> = {
  Record: recordSchema,
  SearchAnswer: searchSchema,
  RecordsAnswer: recordsSchema,
  CollectionsAnswer: object({ collections: array(ref('Collection')) }),
  SuggestAnswer: object({ suggestions: array(ref('Suggestion')) }),
  Collection: collectionSchema,
  Facet: facetSchema,
  Notice: noticeSchema,
  Suggestion: suggestionSchema,
  SignIn: signInSchema,
  SignedIn: object({ name: string() }),
  FileEvents: object({
    events: array(
      object({
        at: string(),
        person: orNull(string()),
        action: string({ description: 'add, revise, describe, restrict, rename, hide, delete, expunge ...' }),
        name: string({ description: 'Of the document, then; without its format.' }),
        version: orNull(integer()),
        format: orNull(string()),
        detail: orNull(string()),
      }),
    ),
  }),
  RemovedFile: object({
    record: integer(),
    name: string(),
    versions: array(integer({ minimum: 1 })),
  }),
  Job: jobSchema,
  JobsAnswer: object({ total: integer(), jobs: array(ref('Job')) }),
  JobLog: object({
    lines: array(
      object({
        n: integer({ description: 'Ask for those after it by ?after=.' }),
        at: string(),
        level: string({ enum: ['info', 'warn', 'error'] }),
        text: string(),
      }),
    ),
  }),
  Schedule: scheduleSchema,
  SchedulesAnswer: object({ schedules: array(ref('Schedule')) }),
  ScheduleChange: object({
    every: optional(text('How often: 15min, 6h, 1d, 1w.')),
    cron: optional(text('In its place: minute, hour, day, month, day of the week.')),
    window: optional(text('Only in these hours of the week; empty: at any time.')),
    priority: optional(integer({ minimum: -100, maximum: 1000 })),
  }),
  JobPriority: object({ priority: integer({ minimum: -100, maximum: 1000 }) }),
  Webhook: webhookSchema,
  NewWebhook: object({
    name: text('Letters, digits and hyphens.'),
    url: text('https://HOST/PATH, at a host that the operator allows.'),
    events: texts('record.created, job.failed, held.* ...'),
  }),
  WebhooksAnswer: object({ webhooks: array(ref('Webhook')) }),
  WebhookLog: object({
    messages: array(
      object({
        n: integer({ description: 'Ask for older ones by ?before=.' }),
        id: text('The header webhook-id.'),
        type: string(),
        subject: string(),
        happened: string({ format: 'date-time' }),
        state: string({ enum: ['waiting', 'sent', 'failed'] }),
        attempts: integer(),
        due: string({ format: 'date-time' }),
        ended: orNull(string({ format: 'date-time' })),
        status: orNull(integer()),
        took: orNull(integer()),
        problem: orNull(string()),
      }),
    ),
  }),
  WebhookResend: object({ message: optional(text('Id of a message; default: all that failed.')) }),
  Problem: problemSchema,
  ...writeSchemas,
};

const fields = optional(
  string({
    pattern: '^[a-z_]+(,[a-z_]+)*$',
    description: `Only these keys of a record, separated by commas: ${recordFields.join(', ')}.`,
  }),
);
const cursor = optional(string({ description: 'Where to continue; taken from "next".' }));
const language = optional(string({ description: 'Language of titles and messages.' }));
const sizeOf = (standard: number, most: number) =>
  optional(integer({ minimum: 1, maximum: most, default: standard, description: 'How many to return.' }));

export const largestPage = 500;

/** Parameters of /api/jobs. */
export const jobsParameters = object({
  state: optional(
    array(string(), {
      description: 'waiting, running, sleeping, done, failed or stopped; several are alternatives.',
    }),
  ),
  person: optional(string({ description: 'Asked for by this person.' })),
  size: sizeOf(50, 500),
  from: optional(integer({ minimum: 0, default: 0, description: 'So many are passed over.' })),
});
export const jobLogParameters = object({
  after: optional(integer({ minimum: 0, default: 0, description: 'Only lines behind this one.' })),
});

export const webhookLogParameters = object({
  state: optional(string({ description: 'waiting, sent or failed.' })),
  before: optional(integer({ minimum: 0, description: 'Only messages with a smaller n.' })),
  size: sizeOf(50, 500),
});

/** Those of /api/search that are its own; the others are read as those of /search. */
interface SearchArguments {
  readonly fields?: string;
  readonly size?: number;
  readonly cursor?: string;
  readonly facets?: number;
}

/** Parameters of /api/search; the facets are those of the site. */
export function searchParameters(facets: readonly string[]): ObjectSchema<SearchArguments> {
  const values = (description: string) => optional(array(string(), { description }));
  const choices = facets.flatMap((code) => [
    [`facet.${code}`, values(`Values of the facet ${code}; several are alternatives.`)],
    [`facet.not.${code}`, values(`Values of the facet ${code} that no record of the answer has.`)],
  ]);
  return object({
    p: optional(text('The query, in the full query language.')),
    f: optional(text('The field for words that name no field.')),
    cc: optional(text('The collection to search; default the whole library.')),
    c: optional(texts('Several collections.')),
    sf: optional(
      text(
        'Sort by: a sort method, field or MARC path; default the most relevant first when there are words, else the newest.',
      ),
    ),
    so: optional(
      string({
        enum: ['a', 'd'],
        description: 'Ascending or descending; d without sf: the newest first, for harvesters.',
      }),
    ),
    rm: optional(text('Rank by a method, for example wrd.')),
    d1: optional(text('Added on or after: YYYY, YYYY-MM or YYYY-MM-DD.')),
    d2: optional(text('Added on or before.')),
    dt: optional(string({ enum: ['c', 'm'], description: 'c: dates of creation; m: dates of the last change.' })),
    ...Object.fromEntries(choices),
    facets: optional(integer({ minimum: 0, maximum: 1, default: 0, description: '1: answer with facets.' })),
    fields,
    size: sizeOf(25, largestPage),
    cursor,
    ln: language,
  }) as ObjectSchema<SearchArguments>;
}

export const recordParameters = object({ fields });
export const recordsParameters = object({ fields, size: sizeOf(100, largestPage), cursor });
export const collectionsParameters = object({ ln: language });
export const suggestParameters = object({
  q: string({ maxLength: 200, description: 'The beginning of a title, a name, a subject or a journal.' }),
  kind: optional(oneOf(suggestionKinds)),
  cc: optional(string({ description: 'Only from this collection.' })),
  size: sizeOf(8, 50),
  form: optional(
    string({
      enum: ['json', 'opensearch'],
      default: 'json',
      description: 'opensearch: the format that browsers expect.',
    }),
  ),
});
export const removeFileParameters = object({
  version: optional(integer({ minimum: 1, description: 'Only this version; default all of them.' })),
});
export const noParameters = object({});
