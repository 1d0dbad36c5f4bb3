-- What has happened, written in the transactions in which it did while a webhook asks: one row for all records of a
-- transaction, so that a load of thousands costs one.
CREATE TABLE event (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind text NOT NULL CHECK (kind IN ('record', 'merge', 'job', 'held')),
  -- Numbers of what it is about.
  ids bigint[] NOT NULL,
  -- How many.
  count integer GENERATED ALWAYS AS (cardinality(ids)) STORED,
  -- Of records: the versions that were written, and those that they replaced; 0: there was none.
  revisions integer[],
  befores integer[],
  details jsonb NOT NULL DEFAULT '{}',
  -- In the order in which it is told. NULL: who tells has not seen it yet.
  place bigint UNIQUE
);
CREATE INDEX event_new ON event (seq) WHERE place IS NULL;

CREATE TABLE event_clock (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- The last place that was given.
  place bigint NOT NULL DEFAULT 0
);
INSERT INTO event_clock DEFAULT VALUES;

CREATE TABLE webhook (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  url text NOT NULL,
  -- record.created, job.failed, record.* ...
  events text[] NOT NULL,
  -- Whose rights decide what it is told; NULL: those of guests.
  person_id integer REFERENCES person ON DELETE CASCADE,
  -- With it each message is signed, so it is kept as it is.
  secret text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  created timestamptz NOT NULL DEFAULT now(),
  -- The next event, and how many numbers of it were taken.
  place bigint NOT NULL,
  taken integer NOT NULL DEFAULT 0,
  -- When it last took something, and since when it has not.
  succeeded timestamptz,
  failing timestamptz,
  -- Why it is switched off.
  off_reason text
);

-- Messages: those that wait for another attempt, and the log.
CREATE TABLE webhook_message (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook_id integer NOT NULL REFERENCES webhook ON DELETE CASCADE,
  -- The same however often it is sent.
  id text NOT NULL,
  type text NOT NULL,
  -- What it is about: of one subject one is sent after the other.
  subject text NOT NULL,
  -- When it happened.
  happened timestamptz NOT NULL,
  data jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts smallint NOT NULL DEFAULT 0,
  -- When it was tried first, and when it is tried next.
  began timestamptz NOT NULL DEFAULT clock_timestamp(),
  due timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended timestamptz,
  -- Of the last attempt: HTTP status, milliseconds, what went wrong.
  status smallint,
  took integer,
  problem text,
  UNIQUE (webhook_id, id)
);
CREATE INDEX webhook_message_waiting ON webhook_message (webhook_id, subject, n) WHERE state = 'waiting';
CREATE INDEX webhook_message_ended ON webhook_message (ended) WHERE ended IS NOT NULL;
CREATE INDEX webhook_message_log ON webhook_message (webhook_id, n);
