// Package testdb gives tests a fresh database of each engine: a SQLite file in the test's folder, and a PostgreSQL database made from
// a migrated template.
//
// BERTH_TEST_POSTGRES is the postgres:// URL of a user who may create databases; scripts/with-postgres sets it. Without it, tests run
// on SQLite alone, unless BERTH_TEST_REQUIRE names postgres: then they fail.
package testdb
