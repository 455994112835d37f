-- +goose Up
-- When clients were last made to read an object anew although nothing in it had changed, as a sequence of the change log: what they wrote was
-- not taken. And when its row was last drawn.
ALTER TABLE calendar_objects ADD COLUMN renewed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calendar_objects ADD COLUMN drawn BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE calendar_objects DROP COLUMN drawn;
ALTER TABLE calendar_objects DROP COLUMN renewed;
