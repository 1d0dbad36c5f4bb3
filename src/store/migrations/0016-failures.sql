-- What went wrong in the program, one row for each kind of failure.
CREATE TABLE failure (
  fingerprint text PRIMARY KEY,
  kind text NOT NULL,
  type text NOT NULL,
  code text NOT NULL,
  -- Route, task or process.
  place text NOT NULL,
  message text NOT NULL,
  frames jsonb NOT NULL,
  -- resolved: it is an accident when it comes back; muted: counted, and no e-mail is sent.
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved', 'muted')),
  -- From which release on it should not happen any more; NULL: at all.
  resolved_in text,
  count bigint NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  first_release text NOT NULL,
  last_release text NOT NULL,
  -- How often it came back after it was resolved.
  regressions integer NOT NULL DEFAULT 0,
  -- Counted since it was silent for four hours, and for how many of them an e-mail was sent last.
  streak bigint NOT NULL,
  told bigint NOT NULL DEFAULT 0,
  -- The newest first.
  samples jsonb NOT NULL
);
CREATE INDEX failure_last_seen ON failure (last_seen);

-- How often in each hour of the last seven days.
CREATE TABLE failure_hour (
  fingerprint text NOT NULL REFERENCES failure ON DELETE CASCADE,
  hour timestamptz NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (fingerprint, hour)
);
