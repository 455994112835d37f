-- +goose Up
-- What has to be told, to whom: a row of its own for each of the people and programs that a channel tells, beside the one of the event.
-- Rows of one request to one target leave in their order.
CREATE TABLE deliveries (
	id       {{id}},
	channel  {{key}} NOT NULL,
	target   {{key}} NOT NULL,
	request  {{key}} NOT NULL,
	sequence BIGINT NOT NULL REFERENCES events (sequence),
	state    TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'stuck')),
	attempts BIGINT NOT NULL,
	due      BIGINT NOT NULL,
	settled  BIGINT NOT NULL,
	failure  TEXT NOT NULL,
	remedy   TEXT NOT NULL,
	UNIQUE (channel, target, sequence)
);
CREATE INDEX deliveries_due ON deliveries (channel, state, due);
CREATE INDEX deliveries_request ON deliveries (channel, target, request, id);
CREATE INDEX deliveries_settled ON deliveries (state, settled);
INSERT INTO deliveries (channel, target, request, sequence, state, attempts, due, settled, failure, remedy)
	SELECT channel, '', request, sequence, state, attempts, due, 0, failure, '' FROM outbox ORDER BY id;
DROP TABLE outbox;
-- What is remembered of each ticket, and until when somebody is at work on it.
CREATE TABLE tickets (
	id       BIGINT PRIMARY KEY,
	request  {{key}} NOT NULL,
	busy     BIGINT NOT NULL,
	document TEXT NOT NULL
);
CREATE INDEX tickets_request ON tickets (request);
-- How far something has come that goes on over restarts and processes.
CREATE TABLE marks (
	name  {{key}} PRIMARY KEY,
	value TEXT NOT NULL
);

-- +goose Down
DROP TABLE marks;
DROP TABLE tickets;
CREATE TABLE outbox (
	id       {{id}},
	channel  {{key}} NOT NULL,
	request  {{key}} NOT NULL,
	sequence BIGINT NOT NULL REFERENCES events (sequence),
	state    TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'stuck')),
	attempts BIGINT NOT NULL,
	due      BIGINT NOT NULL,
	failure  TEXT NOT NULL,
	UNIQUE (channel, sequence)
);
CREATE INDEX outbox_due ON outbox (channel, state, due);
CREATE INDEX outbox_request ON outbox (channel, request, id);
INSERT INTO outbox (channel, request, sequence, state, attempts, due, failure)
	SELECT channel, request, sequence, state, attempts, due, failure FROM deliveries WHERE target = '' ORDER BY id;
DROP TABLE deliveries;
