-- DOIs that the library makes: which record each is for, and what the agency that registers them
-- was told.
CREATE TABLE doi (
  doi text PRIMARY KEY,
  record_id integer NOT NULL,
  -- As the agency last told it; reserved: it knows nothing of it.
  state text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'draft', 'registered', 'findable')),
  wanted text NOT NULL DEFAULT 'reserved' CHECK (wanted IN ('reserved', 'draft', 'registered', 'findable')),
  -- Of the record as the agency has it; NULL: nothing of it.
  sent_revision integer,
  -- The last that was tried, and why it is not as wanted.
  tried_revision integer,
  problem text,
  tries integer NOT NULL DEFAULT 0,
  -- The agency refused what the record says: it is tried again when that changes.
  until_changed boolean NOT NULL DEFAULT false,
  -- It is not tried again before.
  due timestamptz NOT NULL DEFAULT now(),
  -- Since when it is or is not as wanted.
  since timestamptz NOT NULL DEFAULT now(),
  -- When the agency was last asked what it has.
  compared timestamptz,
  reserved timestamptz NOT NULL DEFAULT now(),
  person text
);
CREATE INDEX doi_record ON doi (record_id);

-- The last number of each row of numbers, by what stands before it.
CREATE TABLE doi_number (
  scope text PRIMARY KEY,
  last integer NOT NULL
);

-- Up to which state of the library the records of DOIs were looked at.
CREATE TABLE doi_pass (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  seen text NOT NULL DEFAULT '',
  at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00'
);
INSERT INTO doi_pass DEFAULT VALUES;
