-- The calendar of periodic tasks: one row for each, whoever does it.
CREATE TABLE task (
  name text PRIMARY KEY,
  -- When it is to be done next.
  due timestamptz NOT NULL DEFAULT now(),
  -- How often it was begun: who has done it writes down only what it did itself.
  runs bigint NOT NULL DEFAULT 0,
  began timestamptz,
  -- Before `began`: it is being done, or who did it was killed.
  ended timestamptz,
  node text,
  -- The database process that holds the lease for it: when it is gone, so is who did it.
  holder integer,
  -- What the last one that came to its end has done, and when it ended.
  did text,
  succeeded timestamptz,
  -- How long it took, in ms.
  took float8,
  -- In a row, without coming to an end.
  failures integer NOT NULL DEFAULT 0,
  -- What an operator must look at; of a failure or of what was found.
  problem text
);

-- When the bytes of files were last read and compared with their digest, and what was wrong with them.
CREATE TABLE content_check (
  digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
  checked timestamptz NOT NULL DEFAULT now(),
  problem text
);
CREATE INDEX content_check_checked ON content_check (checked);
