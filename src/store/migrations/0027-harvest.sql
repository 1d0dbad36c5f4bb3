-- Servers of OAI-PMH whose records the library takes over.
CREATE TABLE harvest_source (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  base text NOT NULL,
  prefix text NOT NULL,
  -- None: all that the server has.
  sets text[] NOT NULL DEFAULT '{}',
  -- How records are written: a mode of uploads.
  mode text NOT NULL,
  -- What is done with each record before: convert, filter, match.
  steps jsonb NOT NULL DEFAULT '{}',
  on_error text NOT NULL CHECK (on_error IN ('go-on', 'stop')),
  deleted text NOT NULL CHECK (deleted IN ('delete', 'hold', 'ignore')),
  schedule_id integer REFERENCES job_schedule ON DELETE SET NULL,
  person text,
  created timestamptz NOT NULL DEFAULT now()
);

-- Each run of a source: regular ones, and those of some dates or one record.
CREATE TABLE harvest_run (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id integer NOT NULL REFERENCES harvest_source ON DELETE CASCADE,
  job_id integer UNIQUE,
  person text,
  -- from, until, identifier, again
  asked jsonb NOT NULL DEFAULT '{}',
  began timestamptz NOT NULL DEFAULT now(),
  ended timestamptz,
  pages integer NOT NULL DEFAULT 0,
  -- How many records each step left in which way.
  counts jsonb NOT NULL DEFAULT '{}',
  problem text
);
CREATE INDEX harvest_run_source ON harvest_run (source_id, id);

-- How far the list of each set is. Written with the records of its page.
CREATE TABLE harvest_cursor (
  source_id integer NOT NULL REFERENCES harvest_source ON DELETE CASCADE,
  -- 0: that of regular runs; else a run of its own dates.
  run_id integer NOT NULL,
  -- '': all that the server has.
  set_spec text NOT NULL,
  -- From when the next list begins, as the server writes dates.
  next_from text,
  -- The list that is not at its end: its dates, the next page, and from when the one behind it begins.
  token text,
  list_from text,
  list_until text,
  list_next text,
  -- The last date that it gave, and whether dates came in order.
  seen text,
  ordered boolean NOT NULL DEFAULT true,
  -- The server has forgotten its token once in this list.
  restarted boolean NOT NULL DEFAULT false,
  pages integer NOT NULL DEFAULT 0,
  -- A run of its own dates has done it.
  done boolean NOT NULL DEFAULT false,
  PRIMARY KEY (source_id, run_id, set_spec)
);

-- What each record of a server became, when it came last and was not as before.
CREATE TABLE harvest_record (
  source_id integer NOT NULL REFERENCES harvest_source ON DELETE CASCADE,
  -- By which the server knows it; where that could not be read, its place.
  identifier text NOT NULL,
  run_id integer NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  datestamp text NOT NULL,
  outcome text NOT NULL,
  -- 0: no record of the library.
  record_id integer NOT NULL,
  -- Its row of held.
  held_id bigint,
  -- The record of the library was made by this source.
  made boolean NOT NULL DEFAULT false,
  -- SHA-256 of what came and of how it is treated.
  digest bytea NOT NULL,
  code text,
  message text,
  -- What came, where it was refused.
  xml text,
  PRIMARY KEY (source_id, identifier)
);
CREATE INDEX harvest_record_run ON harvest_record (run_id, identifier);
CREATE INDEX harvest_record_record ON harvest_record (record_id) WHERE record_id > 0;
