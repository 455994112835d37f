package plain_test

import (
	"testing"

	"berth/testbeds/plain"
)

func TestAmountsAreInPeoplesUnits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		quantity string
		n        int64
		want     string
	}{
		{"vcpu", 32, "32 vCPU"}, {"memory_mb", 131072, "128 GB memory"}, {"memory_mb", 1024, "1 GB memory"}, {"memory_mb", 1023, "1023 MB memory"},
		{"memory_mb", 1536, "1.5 GB memory"}, {"memory_mb", 512, "512 MB memory"}, {"memory_mb", 2500, "2500 MB memory"}, {"memory_mb", 0, "0 MB memory"},
		{"memory_mb", 2 << 20, "2 TB memory"}, {"storage_gb", 500, "500 GB storage"}, {"storage_gb", 2048, "2 TB storage"}, {"gpu", 4, "4 gpu"},
		{"memory_mb", -20480, "-20 GB memory"},
	} {
		if got := plain.Amount(tt.quantity, tt.n); got != tt.want {
			t.Errorf("%d %s: got %q, want %q", tt.n, tt.quantity, got, tt.want)
		}
	}
}
