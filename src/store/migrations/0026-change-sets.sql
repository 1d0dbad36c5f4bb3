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

-- Of a record that was merged into this one: kept whatever its next version holds.
ALTER TABLE identifier ADD COLUMN alias boolean NOT NULL DEFAULT false;

-- Records that were merged, and what is needed to take that back.
CREATE TABLE record_merge (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  person text,
  survivor integer NOT NULL,
  merged integer NOT NULL,
  -- Their versions before and after.
  survivor_before integer NOT NULL,
  survivor_after integer NOT NULL,
  merged_before integer NOT NULL,
  merged_after integer NOT NULL,
  -- Keys that became those of the survivor, and documents that were moved.
  keys text[] NOT NULL DEFAULT '{}',
  documents integer[] NOT NULL DEFAULT '{}',
  undone timestamptz,
  undone_by text
);
CREATE INDEX record_merge_survivor ON record_merge (survivor);
CREATE INDEX record_merge_merged ON record_merge (merged);
