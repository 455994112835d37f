package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Other systems, of which an instance may have several, are listed in files of their own. Files that such a file names lie beside it, unless
// their paths are absolute.

const (
	mostSystems = 100
	largestFile = 1 << 20
)

// systemNames is the form of the names of other systems.
var systemNames = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// systems reads a file of other systems; none where there is no file. what is one of them, such as "calendar". Each is checked, in the file's
// folder, and has a name of its own.
func systems[E, T any](path, what string, check func(e E, folder string) (T, error), name func(E) string) (list []T, err error) {
	if path == "" {
		return nil, nil
	}
	entries, err := readSystems[E](path, what+"s")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i, e := range entries {
		x, err := check(e, filepath.Dir(path))
		if err == nil && seen[name(e)] {
			err = errors.New("there is another one of this name")
		}
		if err != nil {
			return nil, fmt.Errorf("%s %d (%s): %w", what, i+1, name(e), err)
		}
		seen[name(e)] = true
		list = append(list, x)
	}
	return list, nil
}

// readSystems reads the entries of a file of other systems, strictly.
func readSystems[T any](path, what string) (list []T, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("its file cannot be read: %w", err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil || len(raw) > largestFile {
		return nil, errors.Join(errors.New("its file cannot be read, or is too long"), err)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&list); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("must be a list of %s in YAML: %w", what, err)
	}
	if len(list) > mostSystems {
		return nil, fmt.Errorf("has more than %d %s", mostSystems, what)
	}
	return list, nil
}

// checkSystem checks what all other systems have.
func checkSystem(name, address, example, secret string) error {
	u, err := url.Parse(address)
	switch {
	case !systemNames.MatchString(name):
		return errors.New("name must be of small letters, digits and hyphens")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "":
		return errors.New("url must be like " + example)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return fmt.Errorf("url must be https beyond this machine: the %s would cross the network in clear", secret)
	}
	return nil
}

// checkVIMs checks a table from the names that another system has for VIMs.
func checkVIMs(vims map[string]string) error {
	for account, vim := range vims {
		if testbed, id, ok := strings.Cut(vim, "/"); !ok || testbed == "" || id == "" || account == "" {
			return fmt.Errorf("vims: %q must be like wins-5g/iris", vim)
		}
	}
	return nil
}

// beside returns the path of a file that another one in the folder names.
func beside(folder, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// trusted reads whom a system's certificate is believed by: authorities in a file, or a fingerprint.
func trusted(folder, caFile, fingerprint string) (ca []byte, err error) {
	switch {
	case caFile == "":
		return nil, nil
	case fingerprint != "":
		return nil, errors.New("ca_file and fingerprint exclude one another")
	}
	if ca, err = os.ReadFile(beside(folder, caFile)); err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	return ca, nil
}

// systemSecret reads a secret from a file or a variable, of which exactly one is named. It returns the path of the file, if it is one.
func systemSecret(name, folder, file, variable string, environ map[string]string) (value, path string, err error) {
	if (file == "") == (variable == "") {
		return "", "", fmt.Errorf("%[1]s_file or %[1]s_env is required, and not both", name)
	}
	if file != "" {
		path = beside(folder, file)
		value, err = secret(path)
	} else if value = environ[variable]; value == "" {
		err = fmt.Errorf("there is no variable %s", variable)
	}
	if err == nil && value == "" {
		err = errors.New("it is empty")
	}
	if err != nil {
		return "", path, fmt.Errorf("%s: %w", name, err)
	}
	return value, path, nil
}
