-- Uploads that wait for a person: asked for (mode hold), made from an older version and in conflict with what others
-- changed since, or from a version that nobody knows.
CREATE TABLE held (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Null: no record of the library.
  record_id integer,
  -- The load that brought it.
  run_id bigint,
  mode text NOT NULL,
  -- ASKED, CONFLICT, UNKNOWN_REVISION
  reason text NOT NULL,
  -- The version that it was made from, and the newest one when it came.
  base_revision integer,
  seen_revision integer,
  -- Tags that both changed.
  conflicts text[] NOT NULL DEFAULT '{}',
  -- As it came.
  marc text NOT NULL,
  -- Who brought it, and by what: "load replace records.xml".
  person text,
  source text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'rejected')),
  decided timestamptz,
  decided_by text,
  -- Why it was rejected, or by what choice it was accepted.
  decision text
);
CREATE INDEX held_waiting ON held (record_id, id) WHERE state = 'waiting';
CREATE INDEX held_decided ON held (decided) WHERE state <> 'waiting';

ALTER TABLE load_run ADD COLUMN merged bigint NOT NULL DEFAULT 0;
ALTER TABLE load_run ADD COLUMN unchanged bigint NOT NULL DEFAULT 0;
ALTER TABLE load_run ADD COLUMN held bigint NOT NULL DEFAULT 0;
