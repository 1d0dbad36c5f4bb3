-- How far the site is open, and what readers are told: one row, the same for all nodes.
CREATE TABLE site_level (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  level text NOT NULL DEFAULT 'open' CHECK (level IN ('open', 'read-only', 'closed')),
  message text NOT NULL DEFAULT '',
  -- When whoever is refused is told to come back.
  retry_after integer NOT NULL DEFAULT 600 CHECK (retry_after > 0),
  changed timestamptz NOT NULL DEFAULT now()
);
INSERT INTO site_level DEFAULT VALUES;
