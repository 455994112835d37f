-- +goose Up
-- Grows with every change of people and tokens, so that what is remembered of them can be known to be out of date.
INSERT INTO counters (name, value) VALUES ('accounts', 0);

-- +goose Down
DELETE FROM counters WHERE name = 'accounts';
