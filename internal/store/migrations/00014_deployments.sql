-- +goose Up
-- What runs for requests in orchestrators; the text's meaning is known to the sync of deployments alone.
CREATE TABLE deployments (
	request  {{key}} PRIMARY KEY,
	number   BIGINT NOT NULL,
	system   {{key}} NOT NULL,
	over     BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	document TEXT NOT NULL
);
CREATE INDEX deployments_system ON deployments (system, over, number);

-- +goose Down
DROP TABLE deployments;
