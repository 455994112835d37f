-- +goose Up
-- The records of series. A series has the number of its first request; testbeds lists those of its requests, each between bars.
CREATE TABLE series (
	id           {{key}} PRIMARY KEY,
	number       BIGINT NOT NULL UNIQUE,
	experimenter {{key}} NOT NULL,
	testbeds     TEXT NOT NULL,
	document     TEXT NOT NULL
);
CREATE INDEX series_experimenter ON series (experimenter, number);

-- +goose Down
DROP TABLE series;
