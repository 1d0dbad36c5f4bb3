-- Knowledge bases: which text stands for which, and which values a field may have.
CREATE TABLE knowledge_base (
  name text PRIMARY KEY,
  -- written: keys and values. taxonomy: labels of concepts, of SKOS. dynamic: values of records.
  kind text NOT NULL CHECK (kind IN ('written', 'taxonomy', 'dynamic')),
  description text NOT NULL DEFAULT '',
  -- Of a dynamic one: the values of this MARC path in the records that the question finds.
  path text,
  question text,
  changed timestamptz NOT NULL DEFAULT now(),
  changed_by text,
  CHECK ((kind = 'dynamic') = (path IS NOT NULL AND question IS NOT NULL))
);

CREATE TABLE knowledge_entry (
  base text NOT NULL REFERENCES knowledge_base ON DELETE CASCADE ON UPDATE CASCADE,
  position integer NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  -- The beginnings of both without capitals and accents, for what begins with what somebody types.
  folded text NOT NULL,
  folded_value text NOT NULL,
  -- Of a taxonomy: the address of the concept, those above it, the language of this label.
  concept text,
  broader text[],
  language text,
  PRIMARY KEY (base, position)
);
CREATE INDEX knowledge_entry_key ON knowledge_entry (base, md5(key));
CREATE INDEX knowledge_entry_folded ON knowledge_entry (base, folded text_pattern_ops);
CREATE INDEX knowledge_entry_folded_value ON knowledge_entry (base, folded_value text_pattern_ops);

-- Where the editor suggests the values of which base, one of the site file too.
CREATE TABLE knowledge_use (
  -- Tag and subfield code, as "773p".
  place text NOT NULL,
  base text NOT NULL,
  PRIMARY KEY (place, base)
);

-- What a task looked up when it was previewed: it is done as it was shown.
ALTER TABLE change_set ADD COLUMN knowledge jsonb;
