// Package scheduler is the life of a request: who may take which step, what each step writes, and how a decision stays true to the
// capacity of the testbeds whatever happens at the same time.
//
// It knows a Store, in which one step is one transaction, and a clock, both handed in; no SQL and no HTTP. Whether something fits is
// never decided here but asked of package testbeds, through the Ledger, which keeps a Federation in step with the store.
package scheduler
