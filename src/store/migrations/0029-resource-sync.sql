-- locks: oai_entry, writes, 1s/1000000 rows
-- Was it new to harvesters with this change, or open again? Of the entry in set 0.
ALTER TABLE oai_entry ADD COLUMN created boolean NOT NULL DEFAULT false;
-- Change lists of ResourceSync are pieces of these numbers.
CREATE INDEX oai_entry_number ON oai_entry (seq) WHERE set_id = 0;
