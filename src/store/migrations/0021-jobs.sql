-- Long work that people ask for: one row for each, whatever node does it.
CREATE TABLE job (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  -- What it is about, for people: the name of a file.
  name text NOT NULL,
  arguments jsonb NOT NULL DEFAULT '{}',
  -- Who asked for it.
  person text,
  -- The higher, the sooner; below -10 it is begun only by hand.
  priority smallint NOT NULL DEFAULT 0,
  -- Those of one sequence are done one after the other, in the order of their numbers.
  sequence text,
  -- Of those of one such name only one is done at a time.
  exclusive text,
  not_before timestamptz NOT NULL DEFAULT now(),
  -- The hours of the week in which it is done.
  hours text,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'sleeping', 'done', 'failed', 'stopped')),
  -- What somebody wants of it while it runs.
  wish text CHECK (wish IN ('sleep', 'stop')),
  -- How far it is: done, total, sentence.
  progress jsonb,
  -- Where it goes on when it is taken up again.
  checkpoint jsonb,
  -- How often it was begun: who has it writes down only what it did itself.
  run integer NOT NULL DEFAULT 0,
  -- How often it failed, or its process was killed.
  attempts smallint NOT NULL DEFAULT 0,
  node text,
  -- The database process that holds the lock for it: when it is gone, so is who did it.
  holder integer,
  created timestamptz NOT NULL DEFAULT now(),
  began timestamptz,
  ended timestamptz,
  -- A sentence: what was done.
  did text,
  -- What somebody must look at.
  problem text,
  -- Somebody has.
  acknowledged timestamptz
);
CREATE INDEX job_waiting ON job (priority DESC, id) WHERE state = 'waiting';
CREATE INDEX job_running ON job (id) WHERE state = 'running';
CREATE UNIQUE INDEX job_exclusive ON job (exclusive) WHERE state = 'running';
CREATE INDEX job_sequence ON job (sequence, id) WHERE sequence IS NOT NULL AND state <> 'done';
CREATE INDEX job_ended ON job (ended) WHERE ended IS NOT NULL;

-- What jobs say while they are done.
CREATE TABLE job_log (
  job_id integer NOT NULL REFERENCES job ON DELETE CASCADE,
  n integer NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  level text NOT NULL CHECK (level IN ('info', 'warn', 'error')),
  text text NOT NULL,
  PRIMARY KEY (job_id, n)
);

-- Files that jobs need, by their digest in the file store.
CREATE TABLE job_file (
  job_id integer NOT NULL REFERENCES job ON DELETE CASCADE,
  name text NOT NULL,
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  bytes bigint NOT NULL,
  PRIMARY KEY (job_id, name)
);
CREATE INDEX job_file_digest ON job_file (digest);
