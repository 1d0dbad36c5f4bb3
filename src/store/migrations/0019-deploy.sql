-- Releases that were brought to the hosts of this library. Hosts keep the same in their own logs.
CREATE TABLE deployment (
  number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  -- Who told whom to do it: person@machine.
  holder text NOT NULL,
  version_from text NOT NULL,
  version_to text NOT NULL,
  began timestamptz NOT NULL,
  -- Null while it goes on, or was left where it stopped.
  ended timestamptz,
  outcome text CHECK (outcome IN ('done', 'taken back', 'stopped')),
  problem text
);

-- What was done on each host, in order.
CREATE TABLE deployment_step (
  deployment integer NOT NULL REFERENCES deployment ON DELETE CASCADE,
  at integer NOT NULL,
  host text NOT NULL,
  kind text NOT NULL,
  -- On the way back to the release before.
  back boolean NOT NULL,
  state text NOT NULL,
  began timestamptz,
  seconds float8,
  said text,
  PRIMARY KEY (deployment, at)
);

-- One deployment at a time, or none while somebody holds it with a reason.
CREATE TABLE deploy_lock (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  id text NOT NULL,
  holder text NOT NULL,
  reason text NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);
