// Package trace follows what one call causes: an id that is in the context of the call, in every line that is logged about it, in its answer, beside
// the events that it writes, and so with the deliveries that are made of them later, by whichever process. It is handed on to other systems, as
// X-Request-Id and, for tools that follow calls across programs, as the traceparent of W3C Trace Context (https://www.w3.org/TR/trace-context/).
package trace
