-- What somebody is writing in the editor and has not saved. Nobody else sees it.
CREATE TABLE draft (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id integer NOT NULL REFERENCES person ON DELETE CASCADE,
  -- Null: a record that is not there yet.
  record_id integer,
  -- The version that it was made from.
  base_revision integer,
  -- As it was typed, whether or not it is MARC.
  text text NOT NULL,
  began timestamptz NOT NULL DEFAULT now(),
  saved timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX draft_person ON draft (person_id, saved);
CREATE INDEX draft_saved ON draft (saved);

-- Who has a record open in the editor.
CREATE TABLE editing (
  record_id integer NOT NULL,
  person_id integer NOT NULL REFERENCES person ON DELETE CASCADE,
  since timestamptz NOT NULL DEFAULT now(),
  until timestamptz NOT NULL,
  PRIMARY KEY (record_id, person_id)
);
CREATE INDEX editing_until ON editing (until);

-- What new records begin with.
CREATE TABLE record_template (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  -- Text MARC; {today} and {me} are filled in.
  text text NOT NULL,
  -- Whose it is; null: that account is gone.
  person_id integer REFERENCES person ON DELETE SET NULL,
  -- All who edit see it.
  shared boolean NOT NULL DEFAULT false,
  changed timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX record_template_person ON record_template (person_id);
