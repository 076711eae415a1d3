"""The tables, made by whoever connects first. Lines can be added, and neither changed nor removed."""

from __future__ import annotations

VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS cockpit_schema (version integer NOT NULL);
CREATE TABLE IF NOT EXISTS cockpit_incidents (
  id text PRIMARY KEY,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS cockpit_lines (
  incident text NOT NULL,
  part text NOT NULL,
  number bigint NOT NULL,
  kind text NOT NULL,
  line bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  db_user text NOT NULL DEFAULT session_user,
  PRIMARY KEY (incident, part, number)
);
CREATE INDEX IF NOT EXISTS cockpit_lines_kind ON cockpit_lines (kind, incident);
CREATE TABLE IF NOT EXISTS cockpit_claims (
  incident text NOT NULL,
  name text NOT NULL,
  session text NOT NULL,
  by_name text NOT NULL,
  uid integer NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (incident, name)
);
CREATE OR REPLACE FUNCTION cockpit_append_only() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'lines of the record are neither changed nor removed'; END $$;
CREATE OR REPLACE TRIGGER cockpit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cockpit_lines
  EXECUTE FUNCTION cockpit_append_only();
CREATE OR REPLACE FUNCTION cockpit_tell() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_notify('cockpit_lines', NEW.incident); RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER cockpit_tell AFTER INSERT ON cockpit_lines FOR EACH ROW EXECUTE FUNCTION cockpit_tell();
"""

LOCK = 0x65_76_65_6E
"""Key of the advisory lock under which the tables are made: two who connect first must not meet."""
