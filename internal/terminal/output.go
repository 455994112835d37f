package terminal

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"berth/scheduler"
	"berth/testbeds/plain"
)

// Format is a form of output.
type Format string

const (
	FormatTable Format = "table" // for people
	FormatJSON  Format = "json"  // as the server answered
	FormatYAML  Format = "yaml"
	FormatCSV   Format = "csv" // the columns of the table, uncut, times in RFC 3339
	FormatID    Format = "id"  // one number or name a line, for scripts
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// table is a list for people: rows of cells under a head. The first column names what a row is about.
type table struct {
	Head []string
	Rows [][]cell
	None string // said instead of an empty table
}

// cell is one value: as it is said to people, and as it is for programs where that differs.
type cell struct {
	Said  string
	Exact string // "" where Said is exact
	Style style
}

func said(text string) cell { return cell{Said: text} }

// style colours a cell on a terminal.
type style string

const (
	plainStyle style = ""
	good       style = "32"
	bad        style = "31"
	waiting    style = "33"
	faint      style = "2"
	strong     style = "1"
)

// Output writes answers in one format.
type Output struct {
	Out    io.Writer
	Format Format
	Width  int  // of the terminal in columns; 0: none, and nothing is cut
	Colour bool // styles are shown
}

// list writes a list: raw is the server's answer to it.
func (o Output) list(t table, raw json.RawMessage) error {
	switch o.Format {
	case FormatJSON, FormatYAML:
		return o.raw(raw)
	case FormatCSV:
		return o.csv(t)
	case FormatID:
		for _, row := range t.Rows {
			if _, err := fmt.Fprintln(o.Out, strings.TrimPrefix(row[0].exact(), "#")); err != nil {
				return err
			}
		}
		return nil
	}
	if len(t.Rows) == 0 {
		_, err := fmt.Fprintln(o.Out, t.None)
		return err
	}
	return o.table(t)
}

// machine writes an answer for programs, and reports whether the format is one for them.
func (o Output) machine(raw json.RawMessage) (bool, error) {
	if o.Format == FormatJSON || o.Format == FormatYAML {
		return true, o.raw(raw)
	}
	return false, nil
}

func (o Output) raw(raw json.RawMessage) error {
	if o.Format == FormatYAML {
		return o.yaml(raw)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(o.Out, strings.TrimRight(b.String(), "\n"))
	return err
}

// yaml writes JSON as YAML, its fields in their order.
func (o Output) yaml(raw json.RawMessage) error {
	var n yaml.Node
	if err := yaml.Unmarshal(raw, &n); err != nil { // JSON is YAML
		return err
	}
	block(&n)
	e := yaml.NewEncoder(o.Out)
	e.SetIndent(2)
	if err := e.Encode(&n); err != nil {
		return err
	}
	return e.Close()
}

// block turns the flow style of JSON into blocks, and lets texts lose their quotes where that is safe.
func block(n *yaml.Node) {
	n.Style &^= yaml.FlowStyle | yaml.DoubleQuotedStyle
	for _, c := range n.Content {
		block(c)
	}
}

func (o Output) csv(t table) error {
	w := csv.NewWriter(o.Out)
	head := make([]string, len(t.Head))
	for i, h := range t.Head {
		head[i] = strings.ReplaceAll(strings.ToLower(h), " ", "_")
	}
	_ = w.Write(head)
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = c.exact()
			if _, err := strconv.ParseFloat(line[i], 64); err != nil {
				line[i] = plain.Cell(line[i])
			}
		}
		_ = w.Write(line)
	}
	w.Flush()
	return w.Error()
}

func (c cell) exact() string {
	if c.Exact != "" {
		return c.Exact
	}
	return c.Said
}

// narrowest is how narrow a column of texts may become when a table is cut to the terminal.
const narrowest = 12

// filled returns a table without the columns that say nothing.
func (t table) filled() table {
	out := table{None: t.None, Rows: make([][]cell, len(t.Rows))}
	for i, head := range t.Head {
		if i > 0 && !slices.ContainsFunc(t.Rows, func(row []cell) bool { return row[i].Said != "" }) {
			continue
		}
		out.Head = append(out.Head, head)
		for r, row := range t.Rows {
			out.Rows[r] = append(out.Rows[r], row[i])
		}
	}
	return out
}

// table writes columns, two spaces apart. If they do not fit the terminal, long texts are cut, and after that the last columns are left out.
func (o Output) table(t table) error {
	t = t.filled()
	widths := make([]int, len(t.Head))
	clean := make([][]string, len(t.Rows))
	for i, h := range t.Head {
		widths[i] = utf8.RuneCountInString(h)
	}
	for r, row := range t.Rows {
		clean[r] = make([]string, len(row))
		for i, c := range row {
			clean[r][i] = printable(c.Said)
			widths[i] = max(widths[i], utf8.RuneCountInString(clean[r][i]))
		}
	}
	widths = o.fit(t.Head, widths)
	line := func(text func(i int) (string, style)) error {
		var b strings.Builder
		for i, w := range widths {
			s, look := text(i)
			if utf8.RuneCountInString(s) > w {
				s = plain.Clip(s, w-1)
			}
			pad := w - utf8.RuneCountInString(s)
			b.WriteString(string(o.styled(s, look)))
			if i < len(widths)-1 {
				b.WriteString(strings.Repeat(" ", pad+2))
			}
		}
		_, err := fmt.Fprintln(o.Out, strings.TrimRight(b.String(), " "))
		return err
	}
	if err := line(func(i int) (string, style) { return strings.ToUpper(t.Head[i]), faint }); err != nil {
		return err
	}
	for r, row := range t.Rows {
		if err := line(func(i int) (string, style) { return clean[r][i], row[i].Style }); err != nil {
			return err
		}
	}
	return nil
}

// whole are the heads of columns that are of no use in parts, beside the first, which names what a row is about.
var whole = []string{"slot", "when", "begins there", "until"}

// fit returns the widths with which a table fits the terminal: of the columns that are shown. Times and heads are never cut.
func (o Output) fit(heads []string, wanted []int) []int {
	if o.Width == 0 {
		return wanted
	}
	for shown := len(wanted); shown > 0; shown-- {
		widths := slices.Clone(wanted[:shown])
		total := 2 * (shown - 1)
		for _, w := range widths {
			total += w
		}
		for total > o.Width {
			at := -1
			for i, w := range widths {
				if i > 0 && !slices.Contains(whole, heads[i]) && w > max(narrowest, utf8.RuneCountInString(heads[i])) && (at < 0 || w > widths[at]) {
					at = i
				}
			}
			if at < 0 {
				break
			}
			widths[at]--
			total--
		}
		if total <= o.Width {
			return widths
		}
	}
	return []int{min(wanted[0], o.Width)}
}

// printable keeps control characters of other people's texts from the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, s)
}

// ink is a text without control characters but those that colour it.
type ink string

func (o Output) styled(text string, look style) ink {
	text = printable(text)
	if !o.Colour || look == plainStyle || text == "" {
		return ink(text)
	}
	return ink("\x1b[" + string(look) + "m" + text + "\x1b[0m")
}

// say writes a line for people, for all formats but those for programs. Control characters of its arguments reach no terminal.
func (o Output) say(format string, args ...any) {
	for i, a := range args {
		switch v := reflect.ValueOf(a); {
		case !v.IsValid() || v.Type() == reflect.TypeFor[ink]():
		case v.Kind() == reflect.String:
			args[i] = printable(v.String())
		default:
			if said, ok := a.(fmt.Stringer); ok {
				args[i] = printable(said.String())
			}
		}
	}
	fmt.Fprintf(o.Out, format+"\n", args...)
}

// looks are the colours of statuses.
var looks = map[scheduler.Status]style{
	scheduler.UnderReview: waiting, scheduler.Scheduled: good, scheduler.Instantiating: good, scheduler.Running: good, scheduler.Terminating: waiting,
	scheduler.Rejected: bad, scheduler.Failed: bad, scheduler.Completed: faint, scheduler.Cancelled: faint,
}
