// Package timeline draws a schedule as an SVG, on the server: a lane for each testbed with its bookings in rows, a strip of pressure below them
// and what waits on the lower edge; a band for each scarce resource of an open lane; nights, closures, the times at which an experiment fits, and
// the picked slot. It is pure: all content comes in a Chart, no clock is read, and the same chart always gives the same bytes.
//
// There are three forms: SVG, one picture; HTML, a part of a page with a row for each lane; Heat, a table of use by the day for long ranges.
//
// The picture needs neither script nor style sheet: every colour is a presentation attribute, so it is legible in a wiki, and passes a
// strict Content-Security-Policy. A page may include Style (timeline.css), which gives the same classes their colours in the dark and on
// paper.
//
// Colour never carries information alone: states have a sign, a hatch or an outline of their own, capacity has a height and numbers.
// Lengths are in units of the viewBox, which are CSS pixels if the picture is shown at its own width.
package timeline
