-- +goose Up
-- What requests wait for, in the order in which they get it: a row for each quantity of a VIM or device (or for a whole testbed, or for anywhere: empty)
-- and each week or block of weeks in which capacity may come back for them. The key holds all columns, so that it answers by itself.
CREATE TABLE waiting (
	testbed {{key}} NOT NULL,
	pool    {{key}} NOT NULL,
	week    BIGINT NOT NULL,
	rank    BIGINT NOT NULL,
	since   BIGINT NOT NULL,
	number  BIGINT NOT NULL,
	amount  BIGINT NOT NULL,
	starts  BIGINT NOT NULL,
	ends    BIGINT NOT NULL,
	PRIMARY KEY (testbed, pool, week, rank, since, number, amount, starts, ends)
);
CREATE INDEX waiting_number ON waiting (number);

-- Capacity that came back, until all who wait for it were looked at.
CREATE TABLE freed (
	id       {{key}} PRIMARY KEY,
	testbed  {{key}} NOT NULL,
	at       BIGINT NOT NULL,
	document TEXT NOT NULL
);
CREATE INDEX freed_at ON freed (at);

-- +goose Down
DROP TABLE freed;
DROP TABLE waiting;
