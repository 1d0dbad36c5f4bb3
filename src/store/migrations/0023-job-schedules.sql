-- Jobs that are asked for again and again: each time that is due makes one job.
CREATE TABLE job_schedule (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  name text NOT NULL,
  arguments jsonb NOT NULL DEFAULT '{}',
  person text,
  priority smallint NOT NULL DEFAULT 0,
  sequence text,
  exclusive text,
  hours text,
  on_node text,
  -- One of both: seconds from one time to the next, or a cron expression.
  every integer CHECK (every > 0),
  cron text,
  -- Of the cron expression and the hours; null: the clock of the host.
  time_zone text,
  next timestamptz NOT NULL,
  -- Why it makes no more jobs.
  problem text,
  created timestamptz NOT NULL DEFAULT now(),
  CHECK ((every IS NULL) <> (cron IS NULL))
);

-- The zone of its hours; null: the clock of the host.
ALTER TABLE job ADD COLUMN time_zone text;
-- Only this node does it: what it needs is there.
ALTER TABLE job ADD COLUMN on_node text;
ALTER TABLE job ADD COLUMN schedule_id integer REFERENCES job_schedule ON DELETE SET NULL;
-- A job of a higher priority waits for its place.
ALTER TABLE job ADD COLUMN gives_way boolean NOT NULL DEFAULT false;

CREATE INDEX job_of_schedule ON job (schedule_id) WHERE schedule_id IS NOT NULL;
CREATE INDEX job_due ON job (not_before) WHERE state = 'waiting';
CREATE INDEX job_open ON job (id) WHERE ended IS NULL;
CREATE INDEX job_failed ON job (ended) WHERE state = 'failed' AND acknowledged IS NULL;
CREATE INDEX job_of_person ON job (person, ended);
