-- Changes of many records by one task: what was wanted, and what became of it.
CREATE TABLE change_set (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  -- Null: at a terminal.
  person text,
  name text NOT NULL,
  -- In YAML, as it was written.
  task text NOT NULL,
  -- The question, or how many numbers were given.
  selection text NOT NULL,
  state text NOT NULL DEFAULT 'previewed'
    CHECK (state IN ('previewed', 'applying', 'applied', 'undoing', 'undone')),
  -- What the preview counted, and how many records have which outcome.
  counts jsonb NOT NULL,
  outcomes jsonb NOT NULL DEFAULT '{}',
  -- Changes that are not to be made, by their keys.
  left_out jsonb NOT NULL DEFAULT '[]',
  job_id integer,
  undo_job_id integer,
  ended timestamptz
);
CREATE INDEX change_set_person ON change_set (person, id);

-- Each record that it changes.
CREATE TABLE change_set_record (
  change_set_id bigint NOT NULL REFERENCES change_set ON DELETE CASCADE,
  record_id integer NOT NULL,
  -- The version that was previewed, and the one that was made of it.
  from_revision integer NOT NULL,
  to_revision integer,
  left_out boolean NOT NULL DEFAULT false,
  -- Null: not yet. replaced, merged, unchanged, held, refused
  outcome text,
  undo_outcome text,
  PRIMARY KEY (change_set_id, record_id)
);
