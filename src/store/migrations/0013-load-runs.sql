-- Each load of one input, without dry runs, for the list of past loads. One that was killed has no end.
CREATE TABLE load_run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  mode text NOT NULL,
  -- Who did it, where that is known.
  person text,
  started timestamptz NOT NULL DEFAULT now(),
  ended timestamptz,
  inserted bigint NOT NULL DEFAULT 0,
  replaced bigint NOT NULL DEFAULT 0,
  deleted bigint NOT NULL DEFAULT 0,
  refused bigint NOT NULL DEFAULT 0,
  -- Code of the error that stopped it.
  error text
);
