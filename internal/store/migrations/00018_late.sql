-- +goose Up
-- Time does something to granted slots that nobody reports as started: look at each when it begins.
UPDATE requests SET due = starts WHERE status = 'SCHEDULED' AND (due IS NULL OR due > starts);

-- +goose Down
SELECT 1;
