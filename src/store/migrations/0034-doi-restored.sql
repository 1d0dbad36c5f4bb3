-- After a restore, DOIs that were made since the backup are looked for at their agency.
ALTER TABLE doi_number
  -- Of the library, when its last number was given.
  ADD COLUMN timeline integer,
  -- From this number on they may have been given before a restore; NULL: none is looked for.
  ADD COLUMN lost_from integer;
UPDATE doi_number SET timeline = (SELECT timeline FROM library)
WHERE NOT EXISTS (SELECT FROM restored WHERE ended IS NULL);
