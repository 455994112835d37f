// Package reference turns an OpenAPI document into what a page about it shows: operations by group, their parameters, bodies, answers and examples, and
// the shapes that they share. Pure: it reads the document and nothing else.
package reference
