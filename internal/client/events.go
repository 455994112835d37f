package client

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"berth/scheduler"
)

// maxLine bounds a line of the stream.
const maxLine = 1 << 20

// Events follows the change log from now on, until fn returns false, the context ends, or the server ends the stream.
func (c *Client) Events(ctx context.Context, fn func(scheduler.Event) bool) error {
	response, err := c.send(ctx, call{method: http.MethodGet, path: "/events", accept: "text/event-stream"})
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			continue
		}
		var e scheduler.Event
		if json.Unmarshal([]byte(data), &e) == nil && !fn(e) {
			return nil
		}
	}
	if err := lines.Err(); err != nil && ctx.Err() == nil {
		return unreachable(c, err)
	}
	return ctx.Err()
}
