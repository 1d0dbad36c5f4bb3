-- The files that a site file names (a logo, pages), by their paths, in base64: every node has them with the version, and none needs them beside it.
ALTER TABLE site_version ADD COLUMN files jsonb NOT NULL DEFAULT '{}';
