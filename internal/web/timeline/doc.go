// Package timeline draws a schedule as an SVG: a lane for each testbed with its free capacity and its bookings over time. It is pure: what is
// to be seen comes in as a Chart, and what comes out needs neither script nor style sheet, though a page may give its classes other colours
// (timeline.css, for light, dark and print).
package timeline
