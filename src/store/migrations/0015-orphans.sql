-- Contents of the file store that no file names, and since when: what is still unnamed after a week is removed (`reperio gc documents`).
CREATE TABLE orphan_content (
  digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
  -- When it was first seen so; the row goes when a file names it again.
  seen timestamptz NOT NULL DEFAULT now(),
  -- Of the library when it was seen: what was seen before a restore says nothing after it.
  timeline integer NOT NULL
);
