-- Tasks say how far they are, and can be asked to stop.
ALTER TABLE task ADD COLUMN progress text;
-- When somebody asked for the end of what is running; it is forgotten when the task begins.
ALTER TABLE task ADD COLUMN stop_asked timestamptz;
