-- Who wrote a version of a record; null where nobody said. Replaced versions keep theirs.
ALTER TABLE record ADD COLUMN person text;
ALTER TABLE revision ADD COLUMN person text;

-- For cataloguer:NAME. Nothing is in them for what is loaded without a name.
CREATE INDEX record_person ON record (person, modified) WHERE person IS NOT NULL;
CREATE INDEX revision_person ON revision (person, modified) WHERE person IS NOT NULL;
