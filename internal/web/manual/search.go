package manual

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a search.
const (
	MaxQuery = 100 // runes that are looked at
	maxWords = 8
	maxFound = 30
	excerpt  = 220 // runes of text around what was found
	before   = 60  // runes of them before it
)

// section is a heading of a document with what follows it, up to the next heading.
type section struct {
	page      *Page
	id, title string
	texts     []string
	length    int // words
}

// posting says how often a word is in a section.
type posting struct {
	section int
	said    int // in the text
	headed  int // in the heading, or the title of the document
}

// index finds sections by words. Words are kept without the s of a plural.
type index struct {
	sections []section
	words    map[string][]posting
	sorted   []string
	mean     float64 // words of a section
}

// Found is a section that a search has found.
type Found struct {
	Title, Document, URL string
	Excerpt              []Part
}

// Part is a piece of an excerpt; a marked one is what was searched for.
type Part struct {
	Text   string
	Marked bool
}

// Search finds the sections in which all words of a query stand, or begin a word, the best first, and before them those that have the query as it was typed;
// where there are none, those with any of them.
func (m *Manual) Search(query string) ([]Found, error) {
	c, err := m.read()
	if err != nil {
		return nil, err
	}
	return c.index.search(query), nil
}

func (x *index) add(p *Page) {
	for _, s := range p.sections {
		if strings.HasPrefix(p.File, "CHANGELOG") || p.File == Index {
			continue // the one repeats everything, the other lists it
		}
		n := len(x.sections)
		at := map[string]*posting{}
		note := func(text string, headed bool) {
			for _, w := range wordsOf(text) {
				q := at[w]
				if q == nil {
					q = &posting{section: n}
					at[w] = q
				}
				if headed {
					q.headed++
				} else {
					q.said++
					s.length++
				}
			}
		}
		for _, t := range s.texts {
			note(t, false)
		}
		note(s.title, true)
		note(p.Title, true)
		if x.words == nil {
			x.words = map[string][]posting{}
		}
		for w, q := range at {
			x.words[w] = append(x.words[w], *q)
		}
		x.sections = append(x.sections, s)
	}
}

// settle makes ready for searches.
func (x *index) settle() {
	for w := range x.words {
		x.sorted = append(x.sorted, w)
	}
	slices.Sort(x.sorted)
	for _, s := range x.sections {
		x.mean += float64(s.length)
	}
	x.mean = max(1, x.mean/float64(max(1, len(x.sections))))
}

// typedScore is more than words can add up to.
const typedScore = 1000

// has reports whether a text stands in a section, or in its title.
func (s section) has(typed string) bool {
	return slices.ContainsFunc(append([]string{s.title}, s.texts...), func(text string) bool { return strings.Contains(strings.ToLower(text), typed) })
}

func (x *index) search(query string) []Found {
	words := wordsOf(cut(query, MaxQuery))
	slices.Sort(words)
	words = slices.Compact(words)
	words = words[:min(len(words), maxWords)]
	scores, matched := map[int]float64{}, map[int]int{}
	for _, w := range words {
		for section, score := range x.scored(w) {
			scores[section] += score
			matched[section]++
		}
	}
	most := 0
	for _, n := range matched {
		most = max(most, n)
	}
	var best []int
	for section, n := range matched {
		if n == most { // all words, or as many as there are together anywhere
			best = append(best, section)
		}
	}
	if typed := strings.ToLower(strings.TrimSpace(cut(query, MaxQuery))); len(words) > 1 {
		for _, n := range best {
			if x.sections[n].has(typed) {
				scores[n] += typedScore
			}
		}
	}
	slices.SortFunc(best, func(a, b int) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), a-b) })
	var list []Found
	for _, n := range best[:min(len(best), maxFound)] {
		s := x.sections[n]
		f := Found{Title: s.title, Document: s.page.Title, URL: s.page.URL, Excerpt: excerptOf(s.texts, words)}
		if s.id != "" {
			f.URL += "#" + s.id
		} else {
			f.Document = ""
		}
		list = append(list, f)
	}
	return list
}

// scored weighs the sections in which a word stands or begins one, by the usual formula (BM25): rare words count more, repetitions ever less, headings most.
func (x *index) scored(word string) map[int]float64 {
	scores := map[int]float64{}
	from, _ := slices.BinarySearch(x.sorted, word)
	for _, w := range x.sorted[from:] {
		if !strings.HasPrefix(w, word) {
			break
		}
		weight := 1.0
		if w != word {
			weight = 0.5
		}
		list := x.words[w]
		rare := math.Log(1 + (float64(len(x.sections))-float64(len(list))+0.5)/(float64(len(list))+0.5))
		for _, q := range list {
			often := float64(q.said) + 4*float64(q.headed)
			long := 0.25 + 0.75*float64(x.sections[q.section].length)/x.mean
			scores[q.section] = max(scores[q.section], weight*rare*often*2.2/(often+1.2*long))
		}
	}
	return scores
}

// wordsOf returns the words of a text in the form in which they are compared.
func wordsOf(text string) []string {
	list := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) })
	for i, w := range list {
		list[i] = stem(w)
	}
	return list
}

// stem takes the s of a plural away.
func stem(word string) string {
	if len(word) > 3 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") {
		return word[:len(word)-1]
	}
	return word
}

func cut(s string, most int) string {
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most])
	}
	return s
}

// excerptOf returns the part of a section in which most of the words stand together, with the words marked.
func excerptOf(texts, words []string) []Part {
	best, at, most := "", 0, -1
	for _, t := range texts {
		places := placesOf(t, words)
		if most < 0 {
			best, most = t, 0
		}
		for i, p := range places {
			n := 0
			seen := map[string]bool{}
			for _, q := range places[i:] {
				if q.from-p.from < excerpt-before && !seen[q.word] {
					seen[q.word] = true
					n++
				}
			}
			if n > most {
				best, at, most = t, p.from, n
			}
		}
	}
	return marked(best, at, words)
}

// place is where a word of a query stands in a text, in bytes.
type place struct {
	from, to int
	word     string
}

func placesOf(text string, words []string) (list []place) {
	from := -1
	for i, c := range text + " " {
		if unicode.IsLetter(c) || unicode.IsNumber(c) {
			if from < 0 {
				from = i
			}
			continue
		}
		if from >= 0 {
			said := strings.ToLower(text[from:i])
			for _, w := range words {
				if strings.HasPrefix(said, w) {
					list = append(list, place{from, i, w})
					break
				}
			}
			from = -1
		}
	}
	return list
}

// marked cuts a text around a place, at spaces, and splits it at what is marked.
func marked(text string, at int, words []string) (parts []Part) {
	from := 0
	if at > before {
		from = at - before
		if i := strings.IndexByte(text[from:at], ' '); i >= 0 {
			from += i + 1
		} else {
			from = at
		}
	}
	to := len(text)
	if to > from+excerpt {
		to = from + excerpt
		if i := strings.LastIndexByte(text[from:to], ' '); i > 0 {
			to = from + i
		}
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to++
		}
	}
	piece, done := text[from:to], 0
	if from > 0 {
		parts = append(parts, Part{Text: "… "})
	}
	for _, p := range placesOf(piece, words) {
		parts = append(parts, Part{Text: piece[done:p.from]}, Part{Text: piece[p.from:p.to], Marked: true})
		done = p.to
	}
	parts = append(parts, Part{Text: piece[done:]})
	if to < len(text) {
		parts = append(parts, Part{Text: " …"})
	}
	return slices.DeleteFunc(parts, func(p Part) bool { return p.Text == "" })
}
