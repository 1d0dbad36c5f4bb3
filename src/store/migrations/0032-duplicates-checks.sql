-- Which version of each record a walk over all of them has looked at: one row for 65,536 numbers.
CREATE TABLE walked (
  walk text NOT NULL,
  part integer NOT NULL,
  -- The revision of each number of the part, four bytes each, least significant first; 0: none.
  revisions bytea NOT NULL,
  PRIMARY KEY (walk, part)
);
-- By what the walk was made: when it differs, all records are looked at again.
CREATE TABLE walk (
  name text PRIMARY KEY,
  digest text NOT NULL,
  ended timestamptz
);

-- By what records may be the same work; some are of older versions, since what they find is compared anyway.
CREATE TABLE duplicate_key (
  key bigint NOT NULL,
  record_id integer NOT NULL,
  PRIMARY KEY (key, record_id)
);
-- Records that say the same of themselves, or nearly. a < b
CREATE TABLE duplicate_pair (
  a integer NOT NULL,
  b integer NOT NULL,
  score real NOT NULL,
  -- same, perhaps
  verdict text NOT NULL,
  PRIMARY KEY (a, b)
);
CREATE INDEX duplicate_pair_b ON duplicate_pair (b);
-- Somebody said that these are not the same.
CREATE TABLE not_same (
  a integer NOT NULL,
  b integer NOT NULL,
  -- Null: at a terminal.
  person text,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (a, b)
);

-- What rules of the site file have found in records.
CREATE TABLE check_finding (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule text NOT NULL,
  record_id integer NOT NULL,
  -- The version that was looked at.
  revision integer NOT NULL,
  -- Tells findings of a rule in a record apart, whatever version they are of.
  mark text NOT NULL,
  -- Where: "245__a", for who may not see it; and the rest of what is told of it.
  path text NOT NULL,
  finding jsonb NOT NULL,
  -- May it be fixed by the rule?
  fixable boolean NOT NULL,
  -- open; accepted: it is to be fixed; ignored: it stays so
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'ignored')),
  found timestamptz NOT NULL DEFAULT now(),
  decided timestamptz,
  decided_by text,
  UNIQUE (rule, record_id, mark)
);
CREATE INDEX check_finding_record ON check_finding (record_id);
CREATE INDEX check_finding_state ON check_finding (rule, state, record_id);
-- The rules as they were when they looked at all records last.
CREATE TABLE check_rule (
  name text PRIMARY KEY,
  digest text NOT NULL,
  ran timestamptz NOT NULL DEFAULT now()
);

-- Which rule held it, and what it found.
ALTER TABLE held ADD COLUMN findings text[] NOT NULL DEFAULT '{}';
