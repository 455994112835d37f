package policy

import "time"

// LimitsLength reports whether any rule limits how long a slot may be.
func (p *Policy) LimitsLength() bool {
	if p == nil {
		return false
	}
	for _, l := range p.Limits {
		if !l.Longest.IsZero() {
			return true
		}
	}
	return false
}

// MostTime returns how long a slot of an ask may be; 0 for any length.
func (p *Policy) MostTime(a Ask) (most time.Duration) {
	if p == nil {
		return 0
	}
	for _, l := range p.Limits {
		if d := l.Longest.Exact(); d > 0 && (most == 0 || d < most) && p.applies(l.Who, l.Except, l.Testbeds, a) {
			most = d
		}
	}
	return most
}
