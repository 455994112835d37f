-- +goose Up
-- What has to be told to other systems: a row for each event and channel, written with the event. Rows of one request leave in their order.
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

-- +goose Down
DROP TABLE outbox;
