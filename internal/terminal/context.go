package terminal

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"berth/scheduler"
)

// Context is a server and the token with which somebody uses it.
type Context struct {
	Name   string `json:"name"`
	Server string `json:"server"`
	User   string `json:"user"`
	Token  string `json:"token"`
	ID     string `json:"token_id"` // of the token, to revoke it
}

// Contexts keeps the contexts of a person in a file that nobody else can read.
type Contexts struct {
	Current string    `json:"current"`
	List    []Context `json:"contexts"`

	file string
}

// ContextFile returns where the contexts of the person behind an environment are kept: berth/contexts.json in the folder for settings.
func ContextFile(env func(string) string) (string, error) {
	if file := env("BERTH_CONTEXTS"); file != "" {
		return file, nil
	}
	folder := env("XDG_CONFIG_HOME")
	if folder == "" {
		home := env("HOME")
		if home == "" {
			return "", scheduler.Errorf(scheduler.CodeInvalid, "there is no place for contexts: set HOME, XDG_CONFIG_HOME or BERTH_CONTEXTS")
		}
		folder = filepath.Join(home, ".config")
	}
	return filepath.Join(folder, "berth", "contexts.json"), nil
}

// ReadContexts reads the contexts in a file; none if there is no such file. It refuses a file that others can read.
func ReadContexts(file string) (*Contexts, error) {
	c := &Contexts{file: file}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, scheduler.Errorf(scheduler.CodeForbidden, "others can read %s, which holds tokens: chmod 600 it, or log in again", file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, c); err != nil {
		return nil, scheduler.Errorf(scheduler.CodeInvalid, "%s is not a file of contexts: %v", file, err)
	}
	return c, nil
}

// Find returns the context of a name, or the current one.
func (c *Contexts) Find(name string) (Context, bool) {
	if name == "" {
		name = c.Current
	}
	i := slices.IndexFunc(c.List, func(x Context) bool { return x.Name == name })
	if i < 0 {
		return Context{}, false
	}
	return c.List[i], true
}

// Put adds a context or replaces the one of its name, and makes it the current one.
func (c *Contexts) Put(x Context) error {
	c.List = append(slices.DeleteFunc(c.List, func(y Context) bool { return y.Name == x.Name }), x)
	c.Current = x.Name
	return c.write()
}

// Use makes a context the current one.
func (c *Contexts) Use(name string) error {
	if _, ok := c.Find(name); !ok || name == "" {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no context %q; see berth context list", name)
	}
	c.Current = name
	return c.write()
}

// Remove forgets a context.
func (c *Contexts) Remove(name string) error {
	c.List = slices.DeleteFunc(c.List, func(y Context) bool { return y.Name == name })
	if c.Current == name {
		c.Current = ""
	}
	return c.write()
}

// write replaces the file in one step: a reader finds the old one or the new one.
func (c *Contexts) write() error {
	if err := os.MkdirAll(filepath.Dir(c.file), 0o700); err != nil {
		return err
	}
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(filepath.Dir(c.file), ".contexts-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(next.Name())
	if _, err := next.Write(append(b, '\n')); err != nil {
		return errors.Join(err, next.Close())
	}
	if err := next.Close(); err != nil {
		return err
	}
	return os.Rename(next.Name(), c.file)
}
