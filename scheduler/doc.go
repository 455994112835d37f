// Package scheduler owns the life of a request: who may take which step, what each step writes, and how decisions stay true to the capacity of the
// testbeds, whatever happens at the same time.
//
// It gets a Store, in which one step is one transaction, and a clock; it knows no SQL and no HTTP. It never decides itself whether an experiment
// fits: it asks package testbeds/capacity, through the ledger, which keeps a Federation in step with the store.
package scheduler
