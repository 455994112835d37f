package report

import (
	"math"
	"math/bits"
	"time"

	"berth/testbeds"
)

// Amounts holds time and what was taken for it, in seconds: an amount times its seconds. Sums stop at the largest number.
type Amounts struct {
	Time    int64 // of experiments, each once
	VCPU    int64 // processors, over all VIMs
	Devices int64 // units of devices, of all kinds
	Units   int64 // of the resource that the line is about; zero in lines about anything else
}

// Hours turns seconds into hours.
func Hours(seconds int64) float64 { return float64(seconds) / 3600 }

// plus adds what needs take for a duration.
func (a Amounts) plus(d time.Duration, needs testbeds.Demand, of *testbeds.Resource) Amounts {
	seconds := int64(d / time.Second)
	a.Time = sum(a.Time, seconds)
	for _, n := range needs {
		taken := product(n.Amount, seconds)
		switch {
		case n.Device != "":
			a.Devices = sum(a.Devices, taken)
		case n.Quantity == "vcpu":
			a.VCPU = sum(a.VCPU, taken)
		}
		if of != nil && n.Resource == *of {
			a.Units = sum(a.Units, taken)
		}
	}
	return a
}

// sum adds numbers that are not negative.
func sum(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// product multiplies numbers that are not negative.
func product(a, b int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	if high != 0 || low > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(low)
}
