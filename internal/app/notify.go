package app

import (
	"fmt"
	"net"
	"strings"
)

// What a service manager is told, in the words of sd_notify(3).
const (
	notifyReady    = "READY=1"
	notifyStopping = "STOPPING=1"
)

// notify tells the service manager that started this process how far it is, if there is one that wants to know: systemd then begins what comes
// after Berth only when Berth serves. The protocol is one datagram to a socket, whose path is in NOTIFY_SOCKET; it needs no library.
func notify(path, state string) error {
	if path == "" {
		return nil
	}
	if rest, ok := strings.CutPrefix(path, "@"); ok {
		path = "\x00" + rest // an abstract address
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("tell the service manager %s: %w", state, err)
	}
	defer c.Close()
	_, err = c.Write([]byte(state))
	return err
}
