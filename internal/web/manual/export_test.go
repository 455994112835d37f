package manual

// All lists the documents by address.
func All(m *Manual) (map[string]*Page, error) {
	c, err := m.read()
	if err != nil {
		return nil, err
	}
	return c.pages, nil
}

// Links lists where a document leads within the documents.
func Links(p *Page) []string { return p.links }
