package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// Bounds on the damage that one process can do to others. A process that stops in the middle of a transaction (SIGSTOP, a paused
// machine, a partition) keeps its locks until the server ends its session; the timeout of those who wait for them is longer, so they go
// on instead of failing, and all of it ends before a caller's deadline (see decideWithin in internal/app).
const (
	idleFor      = 5 * time.Second // in a transaction, between two statements
	waitForLock  = 7 * time.Second
	writeFor     = 30 * time.Second // one statement that writes; Berth's others take less than a second
	readFor      = 2 * time.Minute  // one statement that reads: a whole table of a large database, to verify it
	connectFor   = 3 * time.Second  // to one of the hosts, before the next is tried
	silentFor    = 10 * time.Second // a peer that acknowledges nothing is dropped
	keepaliveGap = 3 * time.Second
)

// bounds lists the server's settings for a session. Settings in the address override them.
func bounds(statement time.Duration) map[string]string {
	ms := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	s := func(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
	return map[string]string{
		"idle_in_transaction_session_timeout": ms(idleFor), "lock_timeout": ms(waitForLock), "statement_timeout": ms(statement),
		"tcp_keepalives_idle": s(keepaliveGap), "tcp_keepalives_interval": s(keepaliveGap), "tcp_keepalives_count": "3",
		"tcp_user_timeout": ms(silentFor), "application_name": "berth",
	}
}

// connectPostgres opens two pools, so that writers that wait for a lock leave connections to readers.
func connectPostgres(ctx context.Context, dsn string) (*Store, error) {
	s := &Store{dialect: postgresDialect()}
	s.committer = newCommitter(s)
	for _, p := range []struct {
		db        **sql.DB
		statement time.Duration
	}{{&s.write, writeFor}, {&s.read, readFor}} {
		pool, db, err := openPool(ctx, dsn, p.statement)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		*p.db = db
		s.closers = append(s.closers, db.Close, func() error { pool.Close(); return nil })
	}
	return s, nil
}

func openPool(ctx context.Context, dsn string, statement time.Duration) (*pgxpool.Pool, *sql.DB, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, nil, errors.New("database: the postgres:// URL cannot be read") // the driver's error repeats the password
	}
	config.MaxConns = max(config.MaxConns, 2)
	c := config.ConnConfig
	for name, value := range bounds(statement) {
		if _, said := c.RuntimeParams[name]; !said {
			c.RuntimeParams[name] = value
		}
	}
	if c.ConnectTimeout == 0 || c.ConnectTimeout > time.Minute { // the driver's own default is longer than any deadline
		c.ConnectTimeout = connectFor
	}
	c.DialFunc = dial(c.ConnectTimeout)
	if c.ValidateConnect == nil {
		// Of several hosts use the one that accepts writes, whichever that has become. Reads go there too: a standby lags
		// behind.
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, fmt.Errorf("database: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	db.SetMaxOpenConns(int(config.MaxConns)) // waits for a connection show in Stats
	return pool, db, nil
}

// dial connects so that a lost peer is noticed. Local sockets have no such options, and no need of them.
func dial(within time.Duration) pgconn.DialFunc {
	local := net.Dialer{Timeout: within}
	remote := net.Dialer{Timeout: within, Control: silence(silentFor),
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: keepaliveGap, Interval: keepaliveGap, Count: 3}}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if network == "unix" {
			return local.DialContext(ctx, network, address)
		}
		return remote.DialContext(ctx, network, address)
	}
}
