-- How often documents have changed: pages that show some of them, and are kept by browsers, go by it.
CREATE TABLE document_changes (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  count bigint NOT NULL
);
INSERT INTO document_changes (count) SELECT count(*) FROM file;

-- Whoever writes them, releases before this one too. When the transaction commits, so that those who add documents do not wait for one another.
CREATE FUNCTION count_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO document_changes (count) VALUES (1) ON CONFLICT (one) DO UPDATE SET count = document_changes.count + 1;
  RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER document_changed AFTER INSERT OR UPDATE OR DELETE ON document
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_document_change();
CREATE CONSTRAINT TRIGGER file_changed AFTER INSERT OR UPDATE OR DELETE ON file
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_document_change();
