-- How records stand in the index: by which analysis the live segments were made, and in which format new ones are written. Releases before this migration
-- made analysis 2 and format 1, and their rows say so by the defaults.
ALTER TABLE manifest
  ADD COLUMN analysis integer NOT NULL DEFAULT 2,
  ADD COLUMN format integer NOT NULL DEFAULT 1,
  -- An operator went back to an earlier analysis: it stays until it is taken up again by command.
  ADD COLUMN kept boolean NOT NULL DEFAULT false;
ALTER TABLE segment ADD COLUMN analysis integer NOT NULL DEFAULT 2;
ALTER TABLE delta
  ADD COLUMN analysis integer NOT NULL DEFAULT 2,
  ADD COLUMN format integer NOT NULL DEFAULT 1;

-- No release, whatever it knows, makes an index of two analyses: what was begun under another one is rolled back.
CREATE FUNCTION refuse_mixed_index() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM segment WHERE id = ANY (NEW.segments) AND analysis <> NEW.analysis) THEN
    RAISE EXCEPTION 'the index is made by analysis %, and a segment of another one was to be published', NEW.analysis
      USING ERRCODE = 'RI001', HINT = 'Another release of Reperio serves this library; use that one.';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER manifest_of_one_analysis BEFORE UPDATE ON manifest FOR EACH ROW EXECUTE FUNCTION refuse_mixed_index();
