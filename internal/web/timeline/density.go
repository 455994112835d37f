package timeline

import (
	"time"

	"berth/testbeds"
)

// density draws the bars without a place of their own: a column for each interval, with their number, which also sets its height.
func (s *sheet) density(b *stack) {
	most := 0
	for _, c := range b.bins {
		most = max(most, c.count)
	}
	bottom := b.binY + binHeight
	for _, c := range b.bins {
		if c.only != nil {
			end := s.open(href(c.only.Link), s.cache.bar(c.only))
			s.rect(c.only.look.shape(s.id), c.x0, bottom-12, c.x1, bottom)
			s.raw(end)
			continue
		}
		link := ""
		if s.c.Zoom != nil {
			// Outwards to whole minutes.
			start, end := s.scale.at(c.x0).UTC().Truncate(time.Minute), s.scale.at(c.x1).UTC().Add(time.Minute).Truncate(time.Minute)
			link = href(s.c.Zoom(testbeds.Slot{Start: start, End: end}))
		}
		end := s.open(link, s.cache.bin(c))
		s.rect(asBin+` rx="1"`, c.x0, bottom-3-9*float64(c.count)/float64(most), c.x1, bottom)
		if n := shortNumber(c.count); widthOf(n, 10) <= binWidth-2 {
			x := min(max((c.x0+c.x1)/2, s.scale.left+binWidth/2), s.scale.right-binWidth/2)
			s.label(`class="tl-muted" fill="`+muted+`" font-size="10" text-anchor="middle"`, x, bottom-14, n)
		}
		s.raw(end)
	}
}
