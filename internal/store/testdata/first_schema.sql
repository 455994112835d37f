-- +goose Up
CREATE TABLE facility (
	id        BIGINT PRIMARY KEY CHECK (id = 1),
	revision  BIGINT NOT NULL,
	catalogue TEXT NOT NULL,
	secret    TEXT NOT NULL
);
-- The counters stand apart from the facility: its row is locked before all others, theirs after all others.
CREATE TABLE counters (
	name  {{key}} PRIMARY KEY,
	value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('sequence', 0), ('number', 0);
CREATE TABLE testbeds (
	id       {{key}} PRIMARY KEY,
	position BIGINT NOT NULL,
	document TEXT NOT NULL
);
CREATE TABLE requests (
	id           {{key}} PRIMARY KEY,
	number       BIGINT NOT NULL UNIQUE,
	status       {{key}} NOT NULL,
	experimenter {{key}} NOT NULL,
	mentor       {{key}} NOT NULL,
	words        TEXT NOT NULL,
	starts       BIGINT NOT NULL,
	ends         BIGINT NOT NULL,
	due          BIGINT,
	revision     BIGINT NOT NULL,
	sequence     BIGINT NOT NULL,
	document     TEXT NOT NULL,
	CHECK (starts < ends),
	CHECK (number > 0 AND revision >= 0)
);
CREATE INDEX requests_due ON requests (due);
CREATE INDEX requests_experimenter ON requests (experimenter, number);
CREATE INDEX requests_mentor ON requests (mentor, number);
CREATE INDEX requests_status ON requests (status, number);
CREATE INDEX requests_ends ON requests (ends);
CREATE INDEX requests_sequence ON requests (sequence);
CREATE TABLE request_testbeds (
	testbed {{key}} NOT NULL,
	request {{key}} NOT NULL REFERENCES requests (id),
	PRIMARY KEY (testbed, request)
);
CREATE INDEX request_testbeds_request ON request_testbeds (request);
CREATE TABLE bookings (
	id         {{id}},
	request    {{key}} NOT NULL REFERENCES requests (id),
	number     BIGINT NOT NULL,
	strength   TEXT NOT NULL CHECK (strength IN ('firm', 'held', 'pending')),
	starts     BIGINT NOT NULL,
	ends       BIGINT NOT NULL,
	until      BIGINT NOT NULL,
	overbooked BIGINT NOT NULL CHECK (overbooked IN (0, 1)),
	released   BIGINT NOT NULL CHECK (released IN (0, 1)),
	sequence   BIGINT NOT NULL,
	CHECK (starts <= ends AND ends <= until)
);
CREATE INDEX bookings_sequence ON bookings (sequence);
CREATE INDEX bookings_until ON bookings (released, until);
CREATE TABLE claims (
	booking  BIGINT NOT NULL REFERENCES bookings (id),
	ordinal  BIGINT NOT NULL,
	testbed  {{key}} NOT NULL,
	vim      {{key}} NOT NULL,
	quantity {{key}} NOT NULL,
	device   {{key}} NOT NULL,
	amount   BIGINT NOT NULL CHECK (amount >= 0),
	starts   BIGINT NOT NULL,
	ends     BIGINT NOT NULL,
	units    TEXT NOT NULL,
	PRIMARY KEY (booking, ordinal),
	CHECK (starts <= ends),
	CHECK (testbed <> '' AND (device = '') <> (vim = '') AND (vim = '') = (quantity = ''))
);
CREATE TABLE history (
	id       {{id}},
	request  {{key}} NOT NULL REFERENCES requests (id),
	document TEXT NOT NULL
);
CREATE INDEX history_request ON history (request, id);
CREATE TABLE feedback (
	id      {{id}},
	request {{key}} NOT NULL REFERENCES requests (id),
	author  TEXT NOT NULL,
	at      BIGINT NOT NULL,
	text    TEXT NOT NULL
);
CREATE INDEX feedback_request ON feedback (request, id);
CREATE TABLE events (
	sequence BIGINT PRIMARY KEY CHECK (sequence > 0),
	document TEXT NOT NULL
);
CREATE TABLE people (
	username {{key}} PRIMARY KEY,
	revision BIGINT NOT NULL CHECK (revision > 0),
	password TEXT NOT NULL,
	document TEXT NOT NULL
);
CREATE TABLE tokens (
	id        {{key}} PRIMARY KEY,
	owner     {{key}} NOT NULL REFERENCES people (username),
	hash      {{key}} NOT NULL UNIQUE,
	last_used BIGINT,
	document  TEXT NOT NULL
);
CREATE INDEX tokens_owner ON tokens (owner);
CREATE TABLE replays (
	person      {{key}} NOT NULL,
	key         {{key}} NOT NULL,
	fingerprint TEXT NOT NULL,
	result      TEXT NOT NULL,
	at          BIGINT NOT NULL,
	PRIMARY KEY (person, key)
);
CREATE INDEX replays_at ON replays (at);

-- +goose Down
DROP TABLE replays;
DROP TABLE tokens;
DROP TABLE people;
DROP TABLE events;
DROP TABLE feedback;
DROP TABLE history;
DROP TABLE claims;
DROP TABLE bookings;
DROP TABLE request_testbeds;
DROP TABLE requests;
DROP TABLE testbeds;
DROP TABLE counters;
DROP TABLE facility;
