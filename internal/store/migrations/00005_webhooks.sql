-- +goose Up
-- Addresses that are told what happens, each with the secret that its messages are signed with.
CREATE TABLE webhooks (
	id       {{key}} PRIMARY KEY,
	owner    {{key}} NOT NULL REFERENCES people (username),
	secret   TEXT NOT NULL,
	document TEXT NOT NULL
);
CREATE INDEX webhooks_owner ON webhooks (owner, id);

-- +goose Down
DROP TABLE webhooks;
