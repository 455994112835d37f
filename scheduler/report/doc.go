// Package report counts how testbeds are used over a span of time: what was planned beside what really ran, in hours of experiments and of what they
// took, and how requests ended. It is arithmetic alone: facts come in one by one, in any order, and a report is read at the end.
//
// Rules:
//
//   - Spans are half-open. A plan and a run count with the part that lies in the span; months are those of the reader's zone, as long as its clocks
//     make them.
//   - The plan is the slot as it was granted, whether it was used or not. A slot that was taken back counts as far as it had passed by then.
//   - The run is what operators reported, up to now for one that goes on. One that is reported as completed without a start began with its slot.
//   - A request counts in each line that it touches, and once in the total: one over two testbeds is in the lines of both.
//   - A plan and a run count as far as Reach beyond the slot as it is now: nobody has to look through all requests for a run that was reported a year
//     late.
package report
