package store

// Requests are found by the weeks that their slots touch, counted from 1970, and by blocks of sixteen weeks: a year is some twenty of them, in each of
// which the newest requests come first. Blocks are counted downwards from -1, in the same column.
const (
	weekLength = 7 * 24 * 60 * 60 // seconds
	blockWeeks = 16
)

// weekOf returns the week of an instant; no slot lies before the first.
func weekOf(second int64) int64 { return max(0, second/weekLength) }

func blockOf(week int64) int64 { return -1 - week/blockWeeks }

// weeksOf lists the weeks and blocks that a span of seconds, half-open, touches.
func weeksOf(from, to int64) (list []int64) {
	first, last := weekOf(from), weekOf(to-1)
	for w := first; w <= last; w++ {
		list = append(list, w)
	}
	for b := blockOf(first); b >= blockOf(last); b-- {
		list = append(list, b)
	}
	return list
}

// cover lists the fewest weeks and blocks that together are all the weeks that a span touches; nil for more than most.
func cover(from, to int64, most int) (list []int64) {
	last := weekOf(to - 1)
	for w := weekOf(from); w <= last; {
		if len(list) == most {
			return nil
		}
		if w%blockWeeks == 0 && w+blockWeeks-1 <= last {
			list = append(list, blockOf(w))
			w += blockWeeks
		} else {
			list = append(list, w)
			w++
		}
	}
	return list
}
