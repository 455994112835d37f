-- +goose Up
-- What happened to accounts, who did it, and from where: an audit trail, which also says where somebody was last known to sign in from.
CREATE TABLE account_events (
	id      {{id}},
	at      BIGINT NOT NULL,
	actor   {{key}} NOT NULL,
	person  {{key}} NOT NULL,
	action  {{key}} NOT NULL,
	address {{key}} NOT NULL,
	text    TEXT NOT NULL
);
CREATE INDEX account_events_person ON account_events (person, action, address, at);
CREATE INDEX account_events_at ON account_events (at);

-- +goose Down
DROP TABLE account_events;
