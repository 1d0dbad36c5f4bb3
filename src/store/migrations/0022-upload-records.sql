-- What people and programs have sent: one row for each request, file or paste.
CREATE TABLE upload (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  -- Null: it is still being done.
  ended timestamptz,
  person text,
  -- By which way it came: api, robot, web, folder.
  way text NOT NULL,
  name text NOT NULL,
  mode text NOT NULL,
  -- How many records have which outcome.
  counts jsonb NOT NULL DEFAULT '{}',
  -- Only what would happen was asked.
  dry_run boolean NOT NULL DEFAULT false,
  -- Up to which record it is written, where that is done one by one.
  position integer NOT NULL DEFAULT 0,
  -- Its job, where it was large.
  job_id integer,
  -- Who is told of its end, what they want to hear, and what came of that.
  callback text,
  nonce text,
  -- They want a form with a field `results`, not JSON.
  callback_form boolean NOT NULL DEFAULT false,
  told timestamptz,
  callback_problem text
);
CREATE INDEX upload_ended ON upload (ended) WHERE ended IS NOT NULL;
CREATE INDEX upload_person ON upload (person, id);

-- What became of each of their records: of those that were refused or wait, and of the first of the others.
CREATE TABLE upload_record (
  upload_id bigint NOT NULL REFERENCES upload ON DELETE CASCADE,
  -- In the order of the input, from 1.
  position integer NOT NULL,
  outcome text NOT NULL,
  -- 0: no record of the library.
  record_id integer NOT NULL,
  revision integer NOT NULL,
  -- Its row of held.
  held_id bigint,
  code text,
  message text,
  PRIMARY KEY (upload_id, position)
);

-- Who looks after an upload that waits.
ALTER TABLE held ADD COLUMN assigned text;
