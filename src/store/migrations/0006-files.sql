-- Documents of records: each has versions, and a version files of several formats. The bytes are elsewhere, under their SHA-256.
CREATE TABLE document (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record_id integer NOT NULL,
  -- Without the extension: "thesis" of thesis.pdf.
  name text NOT NULL CHECK (name <> ''),
  -- Not '': only who may viewrestrdoc with this status sees it.
  status text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  created timestamptz NOT NULL DEFAULT now(),
  UNIQUE (record_id, name)
);
CREATE TABLE file (
  document_id integer NOT NULL REFERENCES document ON DELETE CASCADE,
  version integer NOT NULL CHECK (version > 0),
  -- The extension in small letters, '' for none.
  format text NOT NULL,
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  bytes bigint NOT NULL CHECK (bytes >= 0),
  added timestamptz NOT NULL DEFAULT now(),
  person text,
  PRIMARY KEY (document_id, version, format)
);
CREATE INDEX file_digest ON file (digest);

-- Requests with an Idempotency-Key that were done, with their answers: kept a day.
CREATE TABLE done_request (
  scope text NOT NULL,
  key text NOT NULL,
  -- Of what was asked: another request under the same key is a mistake of the client.
  digest bytea NOT NULL,
  answer json NOT NULL,
  done timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, key)
);
CREATE INDEX done_request_done ON done_request (done);
