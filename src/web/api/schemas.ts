import Type, { type TObject, type TSchema } from 'typebox';
import { suggestionKinds } from '../../search/guide/suggest.ts';
import { writeSchemas } from './write-schemas.ts';

/**
 * The shapes of answers, by the name they have in the OpenAPI document. Validation of requests and
 * the document come from these alone.
 */

function ref(name: string): TSchema {
  return Type.Unsafe<unknown>({ $ref: `#/components/schemas/${name}` });
}

const optional = Type.Optional;
const text = (description: string) => Type.String({ description });
const texts = (description: string) => Type.Array(Type.String(), { description });

export const recordSchema = Type.Object(
  {
    recid: Type.Integer({ description: 'Number of the record.' }),
    url: optional(text('Address of its page.')),
    creation_date: optional(Type.String({ format: 'date-time' })),
    modification_date: optional(Type.String({ format: 'date-time' })),
    title: optional(Type.Object({ title: Type.String() })),
    other_titles: optional(texts('Translated and other titles.')),
    authors: optional(
      Type.Array(
        Type.Object({
          full_name: Type.String(),
          kind: Type.String({ enum: ['person', 'corporate', 'meeting'] }),
          role: optional(text('Missing for an author.')),
          affiliation: optional(Type.Array(Type.String())),
          orcid: optional(Type.String()),
        }),
      ),
    ),
    number_of_authors: optional(Type.Integer()),
    corporate_name: optional(Type.Array(Type.Object({ collaboration: Type.String() }))),
    date: optional(text('YYYY, YYYY-MM or YYYY-MM-DD.')),
    type: optional(text('article, preprint, proceedings, thesis, book, report, image, video or other.')),
    collection: optional(Type.Array(Type.Object({ primary: text('As catalogued in 980.') }))),
    abstract: optional(Type.Array(Type.Object({ summary: Type.String() }))),
    publication_info: optional(Type.Array(Type.Record(Type.String(), Type.String()))),
    imprint: optional(Type.Array(Type.Record(Type.String(), Type.String()))),
    thesis: optional(Type.Record(Type.String(), Type.String())),
    series: optional(Type.Array(Type.String())),
    edition: optional(Type.String()),
    physical_description: optional(Type.String()),
    doi: optional(Type.String()),
    identifiers: optional(
      Type.Array(
        Type.Object({
          kind: Type.String(),
          scheme: optional(Type.String()),
          value: Type.String(),
          url: optional(Type.String()),
        }),
      ),
    ),
    subject: optional(Type.Array(Type.Object({ term: Type.String() }))),
    keywords: optional(Type.Array(Type.Object({ term: Type.String() }))),
    language: optional(texts('Language codes, usually of three letters.')),
    comment: optional(texts('Notes.')),
    url_links: optional(
      Type.Array(
        Type.Object({
          url: Type.String(),
          label: optional(Type.String()),
          size: optional(Type.Number({ description: 'Bytes.' })),
          checksum: optional(Type.String()),
        }),
      ),
    ),
    holdings: optional(
      Type.Array(
        Type.Object({
          place: optional(texts('Institution, library and collection of a copy.')),
          shelf_mark: optional(Type.String()),
          copy: optional(text('Number of the copy.')),
          notes: optional(Type.Array(Type.String())),
        }),
      ),
    ),
    call_numbers: optional(texts('Of the work, when no copy has a shelf mark.')),
    license: optional(Type.Array(Type.Object({ text: Type.String(), url: optional(Type.String()) }))),
    reference: optional(Type.Array(Type.Record(Type.String(), Type.String()))),
  },
  { description: 'A record. Keys without a value are left out.', additionalProperties: false },
);

/** Names that `fields` may have. */
export const recordFields: readonly string[] = Object.keys(recordSchema.properties);

const problemSchema = Type.Object(
  {
    type: Type.Literal('about:blank'),
    title: text('One sentence.'),
    status: Type.Integer(),
    code: optional(text('Stable, for example REPERIO_PARAMETER_WRONG.')),
    detail: optional(text('What to do.')),
  },
  { description: 'An error (RFC 9457).' },
);

const noticeSchema = Type.Object({
  kind: Type.String(),
  text: text('The part of the query that it is about.'),
  message: text('The sentence, in the requested language.'),
});

const facetSchema = Type.Object({
  code: text('Choose one of its values with the parameter facet.CODE, exclude one with facet.not.CODE.'),
  title: Type.String(),
  kind: Type.String({ enum: ['values', 'year', 'collection'] }),
  values: Type.Array(
    Type.Object({
      value: Type.String(),
      label: Type.String(),
      count: Type.Integer({ description: 'Exact.' }),
      selected: Type.Boolean(),
    }),
  ),
});

const next = Type.Union([Type.String(), Type.Null()], {
  description: 'Address of the next part; null at the end. Its cursor stays valid while records are added and deleted.',
});

const searchSchema = Type.Object({
  total: Type.Integer({ description: 'Exact number of records found.' }),
  understood: text('The query as it was understood.'),
  notices: Type.Array(ref('Notice')),
  correction: optional(
    Type.Object(
      {
        query: text('The query with its words spelled in another way.'),
        total: Type.Integer({ description: 'How many records it finds.' }),
      },
      { description: 'Another spelling that finds something, when the query finds nothing. It is only offered.' },
    ),
  ),
  records: Type.Array(ref('Record')),
  facets: optional(Type.Array(ref('Facet'))),
  next,
});

const recordsSchema = Type.Object({
  total: Type.Integer({ description: 'All records that you may see.' }),
  records: Type.Array(ref('Record')),
  next,
});

const collectionSchema = Type.Object({
  name: text('The value for the parameters c and cc.'),
  title: text('In the requested language.'),
  records: Type.Integer({ description: 'Records that you may see.' }),
  url: Type.String(),
  children: Type.Array(ref('Collection'), { description: 'Together they make up the collection.' }),
  virtual: Type.Array(ref('Collection'), { description: 'Further collections for browsing.' }),
});

const suggestionSchema = Type.Object({
  kind: Type.String({ enum: [...suggestionKinds] }),
  text: text('As in the record.'),
  label: text('As people read it: without markup, formulas as text.'),
  query: text('A query for it, in the query language.'),
  count: Type.Integer({ description: 'Records with it that you may see.' }),
  record: optional(Type.Integer({ description: 'The one record that has this title.' })),
  url: text('The page of the record, or a search for it.'),
});

const jobSchema = Type.Object(
  {
    id: Type.Integer(),
    kind: Type.String(),
    name: text('What it is about, as the name of a file.'),
    person: optional(text('Who asked for it.')),
    state: Type.String({ enum: ['waiting', 'running', 'sleeping', 'done', 'failed', 'stopped'] }),
    wish: optional(text('sleep or stop: what it does at the next point where that loses nothing.')),
    priority: Type.Integer(),
    sequence: optional(Type.String()),
    window: optional(text('The hours of the week in which it is done.')),
    on_node: optional(text('Only this node does it.')),
    schedule: optional(Type.Integer()),
    progress: optional(Type.Object({ done: Type.Number(), total: optional(Type.Number()), sentence: Type.String() })),
    attempts: Type.Integer({ description: 'How often it failed, or its process was killed.' }),
    node: optional(Type.String()),
    created: Type.String(),
    due: optional(text('Not before then.')),
    began: optional(Type.String()),
    ended: optional(Type.String()),
    took: optional(Type.Number({ description: 'Milliseconds.' })),
    did: optional(text('What was done.')),
    problem: optional(text('What somebody must look at.')),
    acknowledged: Type.Boolean(),
    after: optional(Type.Integer({ description: 'The job of its sequence that it waits for.' })),
    after_state: optional(text('The state of that one.')),
  },
  { description: 'A job. Keys without a value are left out.', additionalProperties: false },
);

const scheduleSchema = Type.Object(
  {
    id: Type.Integer(),
    kind: Type.String(),
    name: Type.String(),
    person: optional(Type.String()),
    priority: Type.Integer(),
    sequence: optional(Type.String()),
    window: optional(Type.String()),
    on_node: optional(Type.String()),
    every: optional(Type.Integer({ description: 'Seconds.' })),
    cron: optional(Type.String()),
    time_zone: optional(Type.String()),
    next: Type.String(),
    problem: optional(text('Why it makes no more jobs.')),
    last: optional(Type.Integer({ description: 'Its last job.' })),
    last_state: optional(Type.String()),
  },
  { description: 'A schedule. Keys without a value are left out.', additionalProperties: false },
);

const signInSchema = Type.Object({
  name: text('Name or e-mail address of the account.'),
  password: Type.String(),
  remember: optional(Type.Boolean({ description: 'Keep the session when the browser is closed.' })),
});

const webhookSchema = Type.Object(
  {
    name: Type.String(),
    url: Type.String(),
    events: Type.Array(Type.String()),
    owner: optional(text('Whose rights decide what it is told; without it those of guests.')),
    active: Type.Boolean(),
    created: Type.String({ format: 'date-time' }),
    succeeded: optional(text('When it last took something.')),
    failing: optional(text('Since when it has taken nothing, though it was tried.')),
    off_reason: optional(text('Why it was switched off.')),
    waiting: Type.Integer({ description: 'Messages that wait for another attempt.' }),
    secret: optional(text('Signs its messages. Shown once, when it is added.')),
  },
  { description: 'An address that is told what happens. Keys without a value are left out.' },
);

export const schemas: Readonly<Record<string, TObject>> = {
  Record: recordSchema,
  SearchAnswer: searchSchema,
  RecordsAnswer: recordsSchema,
  CollectionsAnswer: Type.Object({ collections: Type.Array(ref('Collection')) }),
  SuggestAnswer: Type.Object({ suggestions: Type.Array(ref('Suggestion')) }),
  Collection: collectionSchema,
  Facet: facetSchema,
  Notice: noticeSchema,
  Suggestion: suggestionSchema,
  SignIn: signInSchema,
  SignedIn: Type.Object({ name: Type.String() }),
  FileEvents: Type.Object({
    events: Type.Array(
      Type.Object({
        at: Type.String(),
        person: Type.Union([Type.String(), Type.Null()]),
        action: Type.String({ description: 'add, revise, describe, restrict, rename, hide, delete, expunge ...' }),
        name: Type.String({ description: 'Of the document, then; without its format.' }),
        version: Type.Union([Type.Integer(), Type.Null()]),
        format: Type.Union([Type.String(), Type.Null()]),
        detail: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
  }),
  RemovedFile: Type.Object({
    record: Type.Integer(),
    name: Type.String(),
    versions: Type.Array(Type.Integer({ minimum: 1 })),
  }),
  Job: jobSchema,
  JobsAnswer: Type.Object({ total: Type.Integer(), jobs: Type.Array(ref('Job')) }),
  JobLog: Type.Object({
    lines: Type.Array(
      Type.Object({
        n: Type.Integer({ description: 'Ask for those after it by ?after=.' }),
        at: Type.String(),
        level: Type.String({ enum: ['info', 'warn', 'error'] }),
        text: Type.String(),
      }),
    ),
  }),
  Schedule: scheduleSchema,
  SchedulesAnswer: Type.Object({ schedules: Type.Array(ref('Schedule')) }),
  ScheduleChange: Type.Object({
    every: optional(text('How often: 15min, 6h, 1d, 1w.')),
    cron: optional(text('In its place: minute, hour, day, month, day of the week.')),
    window: optional(text('Only in these hours of the week; empty: at any time.')),
    priority: optional(Type.Integer({ minimum: -100, maximum: 1000 })),
  }),
  JobPriority: Type.Object({ priority: Type.Integer({ minimum: -100, maximum: 1000 }) }),
  Webhook: webhookSchema,
  NewWebhook: Type.Object({
    name: text('Letters, digits and hyphens.'),
    url: text('https://HOST/PATH, at a host that the operator allows.'),
    events: texts('record.created, job.failed, held.* ...'),
  }),
  WebhooksAnswer: Type.Object({ webhooks: Type.Array(ref('Webhook')) }),
  WebhookLog: Type.Object({
    messages: Type.Array(
      Type.Object({
        n: Type.Integer({ description: 'Ask for older ones by ?before=.' }),
        id: text('The header webhook-id.'),
        type: Type.String(),
        subject: Type.String(),
        happened: Type.String({ format: 'date-time' }),
        state: Type.String({ enum: ['waiting', 'sent', 'failed'] }),
        attempts: Type.Integer(),
        due: Type.String({ format: 'date-time' }),
        ended: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
        status: Type.Union([Type.Integer(), Type.Null()]),
        took: Type.Union([Type.Integer(), Type.Null()]),
        problem: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
  }),
  WebhookResend: Type.Object({ message: optional(text('Id of a message; default: all that failed.')) }),
  Problem: problemSchema,
  ...writeSchemas,
};

const fields = optional(
  Type.String({
    pattern: '^[a-z_]+(,[a-z_]+)*$',
    description: `Only these keys of a record, separated by commas: ${recordFields.join(', ')}.`,
  }),
);
const cursor = optional(Type.String({ description: 'Where to continue; taken from "next".' }));
const language = optional(Type.String({ description: 'Language of titles and messages.' }));
const sizeOf = (standard: number, most: number) =>
  optional(Type.Integer({ minimum: 1, maximum: most, default: standard, description: 'How many to return.' }));

export const largestPage = 500;

/** Parameters of /api/jobs. */
export const jobsParameters = Type.Object({
  state: optional(
    Type.Array(Type.String(), {
      description: 'waiting, running, sleeping, done, failed or stopped; several are alternatives.',
    }),
  ),
  person: optional(Type.String({ description: 'Asked for by this person.' })),
  size: sizeOf(50, 500),
  from: optional(Type.Integer({ minimum: 0, default: 0, description: 'So many are passed over.' })),
});
export const jobLogParameters = Type.Object({
  after: optional(Type.Integer({ minimum: 0, default: 0, description: 'Only lines behind this one.' })),
});

export const webhookLogParameters = Type.Object({
  state: optional(Type.String({ description: 'waiting, sent or failed.' })),
  before: optional(Type.Integer({ minimum: 0, description: 'Only messages with a smaller n.' })),
  size: sizeOf(50, 500),
});

/** Parameters of /api/search; the facets are those of the site. */
export function searchParameters(facets: readonly string[]): TObject {
  const values = (description: string) => optional(Type.Array(Type.String(), { description }));
  const choices = facets.flatMap((code) => [
    [`facet.${code}`, values(`Values of the facet ${code}; several are alternatives.`)],
    [`facet.not.${code}`, values(`Values of the facet ${code} that no record of the answer has.`)],
  ]);
  return Type.Object({
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
      Type.String({
        enum: ['a', 'd'],
        description: 'Ascending or descending; d without sf: the newest first, for harvesters.',
      }),
    ),
    rm: optional(text('Rank by a method, for example wrd.')),
    d1: optional(text('Added on or after: YYYY, YYYY-MM or YYYY-MM-DD.')),
    d2: optional(text('Added on or before.')),
    dt: optional(Type.String({ enum: ['c', 'm'], description: 'c: dates of creation; m: dates of the last change.' })),
    ...Object.fromEntries(choices),
    facets: optional(Type.Integer({ minimum: 0, maximum: 1, default: 0, description: '1: answer with facets.' })),
    fields,
    size: sizeOf(25, largestPage),
    cursor,
    ln: language,
  });
}

export const recordParameters = Type.Object({ fields });
export const recordsParameters = Type.Object({ fields, size: sizeOf(100, largestPage), cursor });
export const collectionsParameters = Type.Object({ ln: language });
export const suggestParameters = Type.Object({
  q: Type.String({ maxLength: 200, description: 'The beginning of a title, a name, a subject or a journal.' }),
  kind: optional(Type.Union(suggestionKinds.map((kind) => Type.Literal(kind)))),
  cc: optional(Type.String({ description: 'Only from this collection.' })),
  size: sizeOf(8, 50),
  form: optional(
    Type.String({
      enum: ['json', 'opensearch'],
      default: 'json',
      description: 'opensearch: the format that browsers expect.',
    }),
  ),
});
export const removeFileParameters = Type.Object({
  version: optional(Type.Integer({ minimum: 1, description: 'Only this version; default all of them.' })),
});
export const noParameters = Type.Object({});
