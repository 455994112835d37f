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

// What one process can cost the others. A process that stands still in the middle of a transaction (SIGSTOP, a paused machine, a
// partition) keeps its locks until the server ends its session; those who wait for them wait longer than that, and so go on rather than
// fail, and all of it is over before a caller's patience is (see decideWithin in internal/app).
const (
	idleFor      = 5 * time.Second // in a transaction, between two statements
	waitForLock  = 7 * time.Second
	writeFor     = 30 * time.Second // one statement that writes; nothing else that Berth does takes a second
	readFor      = 2 * time.Minute  // one statement that reads: a whole table of a large database, to verify it
	connectFor   = 3 * time.Second  // to one of the hosts, before the next is tried
	silentFor    = 10 * time.Second // a peer that acknowledges nothing is given up
	keepaliveGap = 3 * time.Second
)

// bounds are what the server holds a session to. What the operator wrote into the address goes before them.
func bounds(statement time.Duration) map[string]string {
	ms := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	s := func(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
	return map[string]string{
		"idle_in_transaction_session_timeout": ms(idleFor), "lock_timeout": ms(waitForLock), "statement_timeout": ms(statement),
		"tcp_keepalives_idle": s(keepaliveGap), "tcp_keepalives_interval": s(keepaliveGap), "tcp_keepalives_count": "3",
		"tcp_user_timeout": ms(silentFor), "application_name": "berth",
	}
}

// connectPostgres opens two pools: whoever waits for a lock to write keeps nobody from reading.
func connectPostgres(ctx context.Context, dsn string) (*Store, error) {
	s := &Store{dialect: postgresDialect()}
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
		return nil, nil, errors.New("database: the postgres:// URL cannot be read") // the driver's own words repeat the password
	}
	config.MaxConns = max(config.MaxConns, 2)
	c := config.ConnConfig
	for name, value := range bounds(statement) {
		if _, said := c.RuntimeParams[name]; !said {
			c.RuntimeParams[name] = value
		}
	}
	if c.ConnectTimeout == 0 || c.ConnectTimeout > time.Minute { // the driver's own default is longer than anybody waits
		c.ConnectTimeout = connectFor
	}
	c.DialFunc = dial(c.ConnectTimeout)
	if c.ValidateConnect == nil {
		// Of several hosts the one that can be written to, whichever that has become. Reads go there too: a standby is behind.
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, fmt.Errorf("database: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	db.SetMaxOpenConns(int(config.MaxConns)) // who waits for a connection shows in Stats
	return pool, db, nil
}

// dial connects so that a peer that is gone is noticed. A socket of this machine has no such options, and no need of them.
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
