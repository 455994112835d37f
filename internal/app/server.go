package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"berth/internal/config"
)

// Bounds on the cost of one connection. Event streams lift the time bounds for themselves.
const (
	headerTimeout  = 10 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = 60 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// server serves HTTP until stopped.
type server struct {
	http     *http.Server
	cut      context.CancelFunc // ends every call in progress
	listener net.Listener
	failed   chan error // at most one: the reason why serving failed
	done     chan struct{}
}

// listen opens the address, with TLS if the settings say so.
func listen(ctx context.Context, s config.Settings) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", s.Listen, err)
	}
	if s.TLSCert == "" {
		return l, nil
	}
	pair, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the certificate: %w", err), l.Close())
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"}}), nil
}

func newServer(l net.Listener, h http.Handler, log *slog.Logger) *server {
	calls, cut := context.WithCancel(context.Background())
	return &server{
		cut: cut,
		http: &http.Server{
			Handler: h, BaseContext: func(net.Listener) context.Context { return calls }, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
			IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
		listener: l, failed: make(chan error, 1), done: make(chan struct{}),
	}
}

func (s *server) start() {
	go func() {
		defer close(s.done)
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("serve: %w", err)
		}
	}()
}

// stop takes no new connections and waits for calls in progress, until the context ends; then it cuts them off.
func (s *server) stop(ctx context.Context) error {
	defer s.cut()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("cut off calls in progress: %w", err), s.http.Close())
	}
	<-s.done
	return err
}

// eventsPath is the address of event streams, which stay open.
const eventsPath = "/api/v1/events"

// untilStopped ends the open requests of some paths when the server is about to stop.
func untilStopped(stopping <-chan struct{}, paths []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(paths, r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		var wait sync.WaitGroup
		wait.Go(func() {
			select {
			case <-stopping:
				cancel()
			case <-ctx.Done():
			}
		})
		next.ServeHTTP(w, r.WithContext(ctx))
		cancel()
		wait.Wait()
	})
}
