-- +goose Up
-- Subjects of a policy are locked without rows (internal/store/subjects.go).
DROP TABLE subjects;

-- +goose Down
CREATE TABLE subjects (
	id {{key}} PRIMARY KEY
);
