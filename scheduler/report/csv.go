package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"berth/testbeds/plain"
)

// columns are the heads of the table, as programs read them.
var columns = func() []string {
	list := []string{"key", "name", "requests"}
	for _, f := range Fates {
		list = append(list, string(f))
	}
	list = append(list, "overbooked", "planned_hours", "used_hours", "planned_vcpu_hours", "used_vcpu_hours", "planned_device_hours", "used_device_hours",
		"planned_unit_hours", "used_unit_hours", "decisions", "median_hours_to_decision")
	for _, f := range Refusals {
		list = append(list, "refused_"+string(f))
	}
	return list
}()

// CSV writes the lines of the report as a table (RFC 4180), with the heads first and the total last.
func (r Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(columns); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	total := r.Total
	total.Key = "total"
	for _, l := range append(r.Lines[:len(r.Lines):len(r.Lines)], total) {
		if err := out.Write(l.cells()); err != nil {
			return fmt.Errorf("writing the table: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

func (l Line) cells() []string {
	list := []string{plain.Cell(l.Key), plain.Cell(l.Name), strconv.Itoa(l.Requests)}
	for _, f := range Fates {
		list = append(list, strconv.Itoa(l.Fates[f]))
	}
	list = append(list, strconv.Itoa(l.Overbooks))
	for _, pair := range [][2]int64{{l.Planned.Time, l.Used.Time}, {l.Planned.VCPU, l.Used.VCPU}, {l.Planned.Devices, l.Used.Devices}, {l.Planned.Units, l.Used.Units}} {
		for _, n := range pair {
			list = append(list, decimal(n))
		}
	}
	list = append(list, strconv.Itoa(l.Decisions), decimal(int64(l.Decision/time.Second)))
	for _, f := range Refusals {
		list = append(list, strconv.Itoa(l.Refusals[f]))
	}
	return list
}

// decimal writes seconds as hours, to the second: "12.5".
func decimal(seconds int64) string {
	text := strconv.FormatFloat(Hours(seconds), 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
