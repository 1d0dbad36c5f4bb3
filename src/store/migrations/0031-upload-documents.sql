-- Documents that come with uploads of records: fields FFT, BDR and BDM, as Invenio has them.

-- What kind of document it is, in the words of who sent it: Main, Additional.
ALTER TABLE document ADD COLUMN type text NOT NULL DEFAULT '';
-- Set: it was deleted, and can be brought back by hand. Its status is DELETED and its name another one then, so that
-- releases before this one show it to nobody.
ALTER TABLE document ADD COLUMN deleted timestamptz;
-- Null: that of the document.
ALTER TABLE file ADD COLUMN description text;
ALTER TABLE file ADD COLUMN comment text NOT NULL DEFAULT '';
-- Kept, and shown to nobody.
ALTER TABLE file ADD COLUMN hidden boolean NOT NULL DEFAULT false;

-- What became of documents: who did what, when.
CREATE TABLE document_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record_id integer NOT NULL,
  -- It may be gone.
  document_id integer NOT NULL,
  name text NOT NULL,
  -- Who may see it was that of its status then.
  status text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  person text,
  -- add, revise, describe, restrict, rename, hide, delete, expunge, purge, revert, delete-file, relate, note
  action text NOT NULL,
  version integer,
  format text,
  detail text
);
CREATE INDEX document_event_record ON document_event (record_id, id);

-- How documents, or versions and formats of them, belong to each other.
CREATE TABLE document_relation (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_id integer NOT NULL REFERENCES document ON DELETE CASCADE,
  -- 0: all versions. '*': all formats.
  first_version integer NOT NULL DEFAULT 0,
  first_format text NOT NULL DEFAULT '*',
  second_id integer NOT NULL REFERENCES document ON DELETE CASCADE,
  second_version integer NOT NULL DEFAULT 0,
  second_format text NOT NULL DEFAULT '*',
  -- In the words of who sent it: is_extracted_from
  type text NOT NULL,
  more jsonb NOT NULL DEFAULT '{}',
  UNIQUE (first_id, first_version, first_format, second_id, second_version, second_format, type)
);
CREATE INDEX document_relation_second ON document_relation (second_id);

-- Whatever else programs note of documents: namespaces with keys and values.
CREATE TABLE document_note (
  document_id integer NOT NULL REFERENCES document ON DELETE CASCADE,
  -- 0: all versions. '*': all formats.
  version integer NOT NULL DEFAULT 0,
  format text NOT NULL DEFAULT '*',
  more jsonb NOT NULL,
  PRIMARY KEY (document_id, version, format)
);

-- Names (TMP:...) that stand for documents and versions within one upload that is being written.
CREATE TABLE upload_name (
  upload_id bigint NOT NULL REFERENCES upload ON DELETE CASCADE,
  name text NOT NULL,
  document_id integer REFERENCES document ON DELETE CASCADE,
  version integer,
  PRIMARY KEY (upload_id, name)
);
CREATE INDEX upload_name_document ON upload_name (document_id);
