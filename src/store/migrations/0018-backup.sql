-- Backups that were made: what the place of backups has, so that pages and metrics need not ask it.
CREATE TABLE backup_set (
  name text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('dump', 'base')),
  place text NOT NULL,
  -- What was committed later is not in it.
  taken timestamptz NOT NULL,
  ended timestamptz NOT NULL,
  records bigint NOT NULL,
  -- Without documents, which all sets share.
  bytes bigint NOT NULL,
  verified timestamptz,
  -- Of making or of verifying it.
  problem text
);

-- Restores that were tried, to know that they work and how long they take.
CREATE TABLE backup_drill (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  began timestamptz NOT NULL,
  ended timestamptz NOT NULL,
  -- Seconds until a library answers again, and seconds of changes that are lost.
  rto float8 NOT NULL,
  rpo float8 NOT NULL,
  -- What was found wrong; null: nothing.
  problem text,
  report jsonb NOT NULL
);

-- How far the log of the embedded server is archived: one row for each place.
CREATE TABLE backup_archive (
  place text PRIMARY KEY,
  -- Everything that was committed before can be restored.
  until timestamptz NOT NULL,
  problem text
);

-- Restores that made this library what it is. One without an end is not whole.
CREATE TABLE restored (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  -- The state of the library is of this time.
  at timestamptz NOT NULL,
  began timestamptz NOT NULL DEFAULT now(),
  ended timestamptz
);
