-- People, how they sign in, and what they may do. Roles that the site file defines stay in site_version; here are the roles that people made, and
-- who is in either. Secrets (session ids, tokens, one-time links) are kept as SHA-256 only.

-- By what names are told apart: capitals and accents do not matter.
CREATE FUNCTION name_key(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT lower(regexp_replace(normalize($1, NFKD), U&'[\0300-\036f]', '', 'g')) $$;

-- active: may sign in. unconfirmed: has not followed the link in the first letter. waiting: for an administrator. disabled: by an administrator.
ALTER TABLE person
  ADD COLUMN state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'unconfirmed', 'waiting', 'disabled')),
  -- language, size (hits on a page), theme; what is not there was not chosen.
  ADD COLUMN preferences jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN modified timestamptz NOT NULL DEFAULT now();
-- Not unique: site files of before could name people that differ in capitals only. Whoever makes people looks first (src/access/people.ts).
CREATE INDEX person_name ON person (name_key(name));
CREATE INDEX person_email ON person (lower(email));

-- Somebody who signs in at a provider (OpenID Connect, ORCID) under this subject is this person.
CREATE TABLE external_identity (
  provider text NOT NULL,
  subject text NOT NULL,
  person_id integer NOT NULL REFERENCES person ON DELETE CASCADE,
  label text NOT NULL,
  linked timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, subject)
);
CREATE INDEX external_identity_person ON external_identity (person_id);

CREATE TABLE session (
  id_hash bytea PRIMARY KEY,
  -- By which pages name it: the hash stays inside.
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  person_id integer NOT NULL REFERENCES person ON DELETE CASCADE,
  created timestamptz NOT NULL DEFAULT now(),
  -- Written at most once a minute; the session ends `lifetime` seconds after it.
  last_seen timestamptz NOT NULL DEFAULT now(),
  lifetime integer NOT NULL,
  address text NOT NULL,
  agent text NOT NULL
);
CREATE INDEX session_person ON session (person_id);

-- Links that are good once: confirm (an address of a new person), email (a new address), reset (a password), and steps of a sign-in elsewhere.
CREATE TABLE one_time (
  hash bytea PRIMARY KEY,
  kind text NOT NULL,
  person_id integer REFERENCES person ON DELETE CASCADE,
  data jsonb NOT NULL DEFAULT '{}',
  created timestamptz NOT NULL DEFAULT now(),
  expires timestamptz NOT NULL
);
CREATE INDEX one_time_expires ON one_time (expires);
CREATE INDEX one_time_person ON one_time (person_id, kind);

CREATE TABLE api_token (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id integer NOT NULL REFERENCES person ON DELETE CASCADE,
  name text NOT NULL,
  hash bytea NOT NULL UNIQUE,
  -- See src/access/scopes.ts.
  scopes text[] NOT NULL,
  created timestamptz NOT NULL DEFAULT now(),
  expires timestamptz,
  -- Written at most once a minute.
  last_used timestamptz
);
CREATE INDEX api_token_person ON api_token (person_id);

-- Roles that people made. A role of the site file goes before one of the same name.
CREATE TABLE role (
  name text PRIMARY KEY,
  description text NOT NULL DEFAULT '',
  everything boolean NOT NULL DEFAULT false,
  -- Who is in it beside its members, see docs/access.md.
  rules text NOT NULL DEFAULT '',
  created timestamptz NOT NULL DEFAULT now(),
  modified timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE role_grant (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  role text NOT NULL REFERENCES role ON DELETE CASCADE,
  action text NOT NULL,
  arguments jsonb NOT NULL DEFAULT '{}',
  UNIQUE (role, action, arguments)
);

-- Of roles of both kinds, so without a reference: a site file that forgets a role, and remembers it, gives it back to those who had it.
CREATE TABLE role_member (
  role text NOT NULL,
  person_id integer NOT NULL REFERENCES person ON DELETE CASCADE,
  expires timestamptz,
  added timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (role, person_id)
);
CREATE INDEX role_member_person ON role_member (person_id);

CREATE TABLE person_group (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  created timestamptz NOT NULL DEFAULT now()
);
-- Records name groups, and names in records are compared without capitals and accents.
CREATE UNIQUE INDEX person_group_name ON person_group (name_key(name));
CREATE TABLE group_member (
  group_id integer NOT NULL REFERENCES person_group ON DELETE CASCADE,
  person_id integer NOT NULL REFERENCES person ON DELETE CASCADE,
  added timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (group_id, person_id)
);
CREATE INDEX group_member_person ON group_member (person_id);

-- Who changed what about people, roles and groups. Kept when the person is gone, so the names are written out.
CREATE TABLE audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  -- Keys in the order in which people read them.
  detail json NOT NULL DEFAULT '{}',
  address text
);
CREATE INDEX audit_subject ON audit (subject, id);
CREATE INDEX audit_actor ON audit (actor, id);

-- How often somebody tried: to sign in under a name, or from a network. A row counts for one window, see src/access/throttle.ts.
CREATE TABLE throttle (
  kind text NOT NULL,
  key bytea NOT NULL,
  attempts integer NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, key)
);
CREATE INDEX throttle_since ON throttle (since);
