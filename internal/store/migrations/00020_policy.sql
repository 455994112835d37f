-- +goose Up
-- The policy, with all its revisions; the last one is in force.
CREATE TABLE policies (
	revision BIGINT PRIMARY KEY,
	document TEXT NOT NULL
);
-- Whose requests are counted together: a row to lock for each, made when it is first wanted.
CREATE TABLE subjects (
	id {{key}} PRIMARY KEY
);
ALTER TABLE requests ADD COLUMN organisation {{key}} NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN experiment {{key}} NOT NULL DEFAULT '';
UPDATE requests SET organisation = COALESCE({{document}} ->> 'organisation', ''), experiment = COALESCE({{document}} ->> 'nsd', {{document}} ->> 'name', '');
CREATE INDEX requests_organisation ON requests (organisation, ends) WHERE organisation <> '';
CREATE INDEX requests_experiment ON requests (experiment, ends);

-- +goose Down
DROP INDEX requests_experiment;
DROP INDEX requests_organisation;
ALTER TABLE requests DROP COLUMN experiment;
ALTER TABLE requests DROP COLUMN organisation;
DROP TABLE subjects;
DROP TABLE policies;
