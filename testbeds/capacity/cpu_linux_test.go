package capacity

import (
	"syscall"
	"time"
	"unsafe"
)

// threadTime returns the processor time that this thread has taken so far.
func threadTime() time.Duration {
	const threadClock = 3 // CLOCK_THREAD_CPUTIME_ID of clock_gettime(2)
	var at syscall.Timespec
	if _, _, bad := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&at)), 0); bad != 0 {
		panic(bad)
	}
	return time.Duration(at.Nano())
}
