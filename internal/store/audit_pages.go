package store

import (
	"runtime"
	"sync"
)

// auditPage is the number of rows in memory at a time, of each kind.
const auditPage = 1000

// inPages takes rows in the order of their keys, in pages. While some are parsed, by as many goroutines as there are processors, the next ones are
// read; reading and taking are left to the caller's goroutine, since a transaction has one.
func inPages[A, B any](read func(after int64) ([]A, error), key func(A) int64, parse func(A) B, take func(B) error) error {
	var before <-chan []B
	for after := int64(0); ; {
		page, err := read(after)
		if err != nil {
			return err
		}
		parsing := inParallel(page, parse)
		if before != nil {
			for _, x := range <-before {
				if err := take(x); err != nil {
					return err
				}
			}
		}
		if len(page) == 0 {
			return nil
		}
		before, after = parsing, key(page[len(page)-1])
	}
}

// inParallel calls do for each of a list, and sends the results in the same order.
func inParallel[A, B any](list []A, do func(A) B) <-chan []B {
	done, out := make(chan []B, 1), make([]B, len(list))
	var group sync.WaitGroup
	at := runtime.GOMAXPROCS(0)
	for first := range at {
		group.Go(func() {
			for i := first; i < len(list); i += at {
				out[i] = do(list[i])
			}
		})
	}
	go func() {
		group.Wait()
		done <- out
	}()
	return done
}
