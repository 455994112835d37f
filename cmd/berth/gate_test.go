package main

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// gate passes connections on to a server, until it is shut: then no byte gets through in either direction, and neither side is told.
type gate struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	open  chan struct{} // closed while data may pass
	conns map[net.Conn]bool
}

// newGate stands before the host of an address, and returns the address that leads through it.
func newGate(t *testing.T, address string) (g *gate, through string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g = &gate{listener: l, to: u.Host, open: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(g.open)
	go g.accept()
	t.Cleanup(func() {
		_ = l.Close()
		g.lift()
		g.cut()
	})
	u.Host = l.Addr().String()
	return g, u.String()
}

func (g *gate) accept() {
	for {
		in, err := g.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", g.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		g.mu.Lock()
		g.conns[in], g.conns[out] = true, true
		g.mu.Unlock()
		go g.pass(in, out)
		go g.pass(out, in)
	}
}

func (g *gate) pass(from, to net.Conn) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 16<<10)
	for {
		n, err := from.Read(b)
		g.mu.Lock()
		open := g.open
		g.mu.Unlock()
		<-open
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// shut stops all bytes; lift passes them again, with those that waited.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = make(chan struct{})
}

func (g *gate) lift() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
	default:
		close(g.open)
	}
}

// cut ends all connections.
func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.conns {
		_ = c.Close()
	}
	clear(g.conns)
}

// silent starts a server that takes connections and never answers; it hands each connection to the channel.
func silent(t *testing.T) (address string, taken <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	came := make(chan struct{}, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			came <- struct{}{}
			go func() { _, _ = io.Copy(io.Discard, c) }()
		}
	}()
	return l.Addr().String(), came
}
