-- What is or was wrong with the library and its nodes: one row for each, and all nodes tell of it once.
CREATE TABLE alert (
  name text PRIMARY KEY,
  state text NOT NULL,
  -- When it changed last, and everything that is known of it.
  changed timestamptz NOT NULL DEFAULT now(),
  body jsonb NOT NULL
);
