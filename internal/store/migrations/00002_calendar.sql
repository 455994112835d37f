-- +goose Up
-- What the calendars show, as it is served. A row's sequence is that of the change log at its last change.
CREATE TABLE calendar_objects (
	name        {{key}} PRIMARY KEY,
	request     {{key}} NOT NULL,
	kept        BIGINT NOT NULL,
	tag         TEXT NOT NULL,
	sequence    BIGINT NOT NULL CHECK (sequence > 0),
	collections TEXT NOT NULL,
	document    TEXT NOT NULL
);
CREATE INDEX calendar_objects_request ON calendar_objects (request);
CREATE INDEX calendar_objects_sequence ON calendar_objects (sequence);
CREATE INDEX calendar_objects_kept ON calendar_objects (kept);
-- What has left a collection, for clients that still have it.
CREATE TABLE calendar_removals (
	collection {{key}} NOT NULL,
	name       {{key}} NOT NULL,
	at         BIGINT NOT NULL,
	sequence   BIGINT NOT NULL CHECK (sequence > 0),
	PRIMARY KEY (collection, name)
);
CREATE INDEX calendar_removals_sequence ON calendar_removals (sequence);
CREATE INDEX calendar_removals_at ON calendar_removals (at);
-- How people want to see their collections.
CREATE TABLE calendar_properties (
	owner      {{key}} NOT NULL REFERENCES people (username),
	collection {{key}} NOT NULL,
	name       {{key}} NOT NULL,
	value      TEXT NOT NULL,
	PRIMARY KEY (owner, collection, name)
);
INSERT INTO counters (name, value) VALUES ('calendar_pruned', 0);

-- +goose Down
DELETE FROM counters WHERE name = 'calendar_pruned';
DROP TABLE calendar_properties;
DROP TABLE calendar_removals;
DROP TABLE calendar_objects;
