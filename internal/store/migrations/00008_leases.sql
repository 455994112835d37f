-- +goose Up
-- Until when a message is taken: it is under way where that is also when it is due again, and nobody else tries it.
ALTER TABLE deliveries ADD COLUMN leased BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE deliveries DROP COLUMN leased;
