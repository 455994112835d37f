package scheduler

// Progress says how far long work is.
type Progress struct {
	Doing string // what is done, for people: "checking requests"
	Done  int64
	Of    int64 // how much there is; 0 where nobody knows
	Bytes bool  // counted in bytes
}

// tell reports progress to whoever waits.
func (s *Service) tell(p Progress) {
	if s.o.Tell != nil {
		s.o.Tell(p)
	}
}

// told reports the progress of one piece after the other, now and then; of is 0 where nobody knows how many there are.
func (s *Service) told(doing string, done, of int) {
	if done%100 == 0 || done == of {
		s.tell(Progress{Doing: doing, Done: int64(done), Of: int64(of)})
	}
}
