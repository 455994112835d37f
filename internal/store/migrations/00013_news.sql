-- +goose Up
-- The last change that a person has seen in their news.
ALTER TABLE people ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE people DROP COLUMN seen;
