// Package web is what people see without a program of their own: for now a start page, and the page that a signed offer link opens.
package web
