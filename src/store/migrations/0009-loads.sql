-- Inputs that were loaded to their end and brought something, so that one that comes again is known.
CREATE TABLE loaded_input (
  -- SHA-256 of the bytes of all its records.
  digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
  -- As load_progress calls it: hash of its beginning.
  input text NOT NULL,
  name text NOT NULL,
  mode text NOT NULL,
  records bigint NOT NULL,
  loaded timestamptz NOT NULL DEFAULT now()
);
