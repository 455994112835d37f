-- +goose Up
-- What ties orders of portals to requests; the text's meaning is known to the intake alone.
CREATE TABLE orders (
	portal   {{key}} NOT NULL,
	remote   {{key}} NOT NULL,
	request  {{key}} NOT NULL,
	number   BIGINT NOT NULL,
	over     BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	document TEXT NOT NULL,
	PRIMARY KEY (portal, remote)
);
CREATE INDEX orders_open ON orders (portal, over, remote);
CREATE UNIQUE INDEX orders_request ON orders (request) WHERE request <> '';

-- +goose Down
DROP TABLE orders;
