-- +goose Up
-- Programs that wait until a person confirms on a page that they may act for them. Both secrets are hashes.
CREATE TABLE device_logins (
	hash     {{key}} PRIMARY KEY,
	code     {{key}} NOT NULL UNIQUE,
	address  {{key}} NOT NULL,
	expires  BIGINT NOT NULL,
	answer   {{key}} NOT NULL DEFAULT '',
	person   {{key}} NOT NULL DEFAULT '',
	pace     BIGINT NOT NULL,
	polls    BIGINT NOT NULL DEFAULT 0,
	polled   BIGINT,
	document TEXT NOT NULL
);
CREATE INDEX device_logins_expires ON device_logins (expires);

-- +goose Down
DROP TABLE device_logins;
