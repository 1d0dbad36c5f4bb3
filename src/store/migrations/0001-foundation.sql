-- The library itself: one row. The timeline changes after every restore or promotion.
CREATE TABLE library (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  timeline integer NOT NULL DEFAULT 1,
  created timestamptz NOT NULL DEFAULT now()
);
INSERT INTO library DEFAULT VALUES;

-- Every site file that was applied. The highest number is in force; without a row the built-in default is.
CREATE TABLE site_version (
  number integer PRIMARY KEY,
  source text NOT NULL,
  digest text NOT NULL,
  -- Digest of the parts that decide what terms and columns a record has; segments made under another one are stale.
  index_digest text NOT NULL,
  applied timestamptz NOT NULL DEFAULT now()
);

-- The newest version of each record. marc is the compact JSON of src/marc/stored.ts.
CREATE TABLE record (
  id integer PRIMARY KEY,
  created timestamptz NOT NULL,
  modified timestamptz NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  deleted boolean NOT NULL DEFAULT false,
  marc text NOT NULL
);

-- Every replaced version.
CREATE TABLE revision (
  record_id integer NOT NULL,
  revision integer NOT NULL,
  modified timestamptz NOT NULL,
  replaced timestamptz NOT NULL DEFAULT now(),
  deleted boolean NOT NULL DEFAULT false,
  -- What made the next version: "load replace records.xml", "delete".
  reason text NOT NULL,
  marc text NOT NULL,
  PRIMARY KEY (record_id, revision)
);

-- By what a record is known elsewhere: control (035 "(003)001"), system (970__a), oai, doi, home. Washed values, see src/records/identifiers.ts.
CREATE TABLE identifier (
  kind text NOT NULL,
  value text NOT NULL,
  record_id integer NOT NULL,
  PRIMARY KEY (kind, value)
);
CREATE INDEX identifier_record ON identifier (record_id);

-- The last record number given. Updated in the transaction that inserts, so that numbers have no gaps.
CREATE TABLE record_counter (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last_id integer NOT NULL DEFAULT 0
);
INSERT INTO record_counter DEFAULT VALUES;

-- How far each load came; written in the transaction of its batch.
CREATE TABLE load_progress (
  input text NOT NULL,           -- hash of the first megabyte, see src/records/load/input.ts
  mode text NOT NULL,
  position bigint NOT NULL,      -- records of the input done
  accepted bigint NOT NULL,
  refused bigint NOT NULL,
  prefix bytea NOT NULL,         -- SHA-256 of those records' bytes, by which the same input is known when it is given again
  last_id_before integer NOT NULL, -- the highest record number when the load began
  finished boolean NOT NULL DEFAULT false,
  updated timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (input, mode)
);

-- Segments, as checksummed blocks of at most 1 MB. Never queried by term, rebuildable, not part of a logical backup.
CREATE TABLE segment (
  id text PRIMARY KEY,
  records integer NOT NULL,
  bytes bigint NOT NULL,
  blocks integer NOT NULL,
  index_digest text NOT NULL,
  created timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE segment_block (
  segment_id text NOT NULL REFERENCES segment ON DELETE CASCADE,
  number integer NOT NULL,
  checksum bytea NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (segment_id, number)
);
ALTER TABLE segment_block ALTER COLUMN data SET STORAGE EXTERNAL;

-- The manifest: which segments are live, in one row whose version every publication raises.
CREATE TABLE manifest (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version bigint NOT NULL DEFAULT 0,
  segments text[] NOT NULL DEFAULT '{}'
);
INSERT INTO manifest DEFAULT VALUES;

-- Record versions newer than any segment, written with the record. Readers hold them in memory; the indexer folds them into a segment.
CREATE TABLE delta (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record_id integer NOT NULL,
  revision integer NOT NULL,
  -- Packed terms, columns and brief data, see src/index/delta.ts.
  data bytea NOT NULL
);

-- People named by the site file; the issue on access builds on it.
CREATE TABLE person (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  email text NOT NULL,
  password_hash text,
  origin text NOT NULL,
  created timestamptz NOT NULL DEFAULT now()
);
