-- What each node of the library last told of itself; rewritten every few seconds, of no use after a restart.
CREATE TABLE node (
  id uuid PRIMARY KEY,
  seen timestamptz NOT NULL,
  -- How far its clock is from ours, in ms.
  skew float8 NOT NULL,
  summary jsonb NOT NULL
) WITH (fillfactor = 50);
