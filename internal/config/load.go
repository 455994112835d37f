package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"berth/scheduler"
)

// DefaultFile is read from the working directory if it exists and no other file is named.
const DefaultFile = "berth.toml"

const (
	prefix     = "BERTH_"
	testPrefix = "BERTH_TEST_" // belongs to the project's own tests, not to an instance
	fileSuffix = "_file"
)

// clients are variables of the commands that ask a server. Whoever uses them may run a server, too.
var clients = []string{"BERTH_SERVER", "BERTH_TOKEN", "BERTH_CONTEXT", "BERTH_CONTEXTS"}

// Sources holds all origins of settings.
type Sources struct {
	File    string            // path of the settings file; empty: BERTH_CONFIG, else DefaultFile if it is there
	Environ []string          // as os.Environ gives it
	Flags   map[string]string // by the setting's name, only the given ones
}

// layered collects the values of all sources, the later ones over the earlier, with all faults.
type layered struct {
	values  map[string]string
	origins map[string]Origin
	paths   map[string]string // files of the secrets in force
	faults  []scheduler.FieldError
	notes   []string          // oddities without harm
	all     map[string]string // the whole environment, for secrets that files name
}

// Load reads and checks all settings. The error has a field per fault: the setting, and its origin.
func Load(src Sources) (Settings, error) {
	l := layered{values: map[string]string{}, origins: map[string]Origin{}, paths: map[string]string{}}
	for _, d := range table {
		l.values[d.Name], l.origins[d.Name] = d.Default, "default"
	}
	env := environment(src.Environ)
	l.all = map[string]string{}
	for _, line := range src.Environ {
		key, v, _ := strings.Cut(line, "=")
		l.all[key] = v
	}
	path, named := src.File, src.File != ""
	if !named {
		path = env["config"]
		named = path != ""
	}
	if !named {
		path = DefaultFile
	}
	delete(env, "config")
	if err := l.file(path, named); err != nil {
		return Settings{}, err
	}
	l.environ(env)
	l.each(src.Flags, func(name string) Origin { return Origin("--" + Flag(name)) })
	return l.settings()
}

// put takes one value, or records the fault of an unknown name.
func (l *layered) put(name, v string, from Origin) {
	if slices.Contains(retired, name) {
		return
	}
	if _, ok := find(name); !ok {
		l.fault(name, from, "is not a setting; there are "+strings.Join(Names(), ", "))
		return
	}
	l.values[name], l.origins[name] = v, from
	delete(l.paths, name)
}

func (l *layered) fault(name string, from Origin, rule string) {
	field := name
	if from != "" && from != "default" {
		field = fmt.Sprintf("%s (%s)", name, from)
	}
	l.faults = append(l.faults, scheduler.FieldError{Field: field, Rule: rule})
}

func (l *layered) file(path string, named bool) error {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil
	}
	if err != nil {
		return scheduler.Errorf(scheduler.CodeInvalid, "settings file: %v", err)
	}
	var table map[string]any
	if err := toml.Unmarshal(b, &table); err != nil {
		return scheduler.Errorf(scheduler.CodeInvalid, "settings file %s: %v", path, err)
	}
	from := Origin(filepath.Base(path))
	for _, name := range sortedKeys(table) {
		v, ok := plain(table[name])
		if !ok {
			l.fault(name, from, "must be a text, a number, true or false, or a list of texts")
			continue
		}
		if setting, isFile := l.fromFile(name); isFile {
			if _, both := table[setting]; both {
				l.fault(setting, from, setTwice)
				continue
			}
			l.read(setting, v, from)
			continue
		}
		l.put(name, v, from)
	}
	return nil
}

// plain writes a TOML value the way a flag or a variable does.
func plain(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64, bool:
		return fmt.Sprint(v), true
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			s, ok := item.(string)
			if !ok || strings.Contains(s, ",") {
				return "", false
			}
			parts[i] = s
		}
		return strings.Join(parts, ","), true
	default:
		return "", false
	}
}

// environment picks Berth's own variables, by the setting's name.
func environment(environ []string) map[string]string {
	env := map[string]string{}
	for _, line := range environ {
		key, v, _ := strings.Cut(line, "=")
		if name, ok := strings.CutPrefix(key, prefix); ok && !strings.HasPrefix(key, testPrefix) && !slices.Contains(clients, key) {
			env[strings.ToLower(name)] = v
		}
	}
	return env
}

func (l *layered) environ(env map[string]string) {
	l.each(env, func(name string) Origin { return Origin(Variable(name)) })
}

// each takes the values of one source, in which a secret may be given by value or by file.
func (l *layered) each(given map[string]string, origin func(name string) Origin) {
	for _, name := range sortedKeys(given) {
		from := origin(name)
		if setting, isFile := l.fromFile(name); isFile {
			if _, both := given[setting]; both {
				l.fault(setting, from, setTwice)
				continue
			}
			l.read(setting, given[name], from)
			continue
		}
		if _, known := find(name); !known && others(name, given[name]) {
			l.notes = append(l.notes, fmt.Sprintf("%s is not a setting, but looks like a variable that Kubernetes sets for a service; it is ignored", from))
			continue
		}
		l.put(name, given[name], from)
	}
}

const setTwice = "is set twice: by value and by file"

// service matches the variables by which Kubernetes, and Docker before it, tell every program in a pod about a service called berth, or
// berth-something.
var service = regexp.MustCompile(`^(.+_)?(service_host|service_port(_.+)?|port_\d+_(tcp|udp|sctp)(_(addr|port|proto))?)$|^port$`)

// others reports whether other programs set a variable. Any other unknown name is a mistyped setting.
func others(name, value string) bool {
	return service.MatchString(name) || strings.HasSuffix(name, "_port") && strings.Contains(value, "://")
}

// fromFile reports whether the name means "the secret setting of that name, read from a file".
func (l *layered) fromFile(name string) (setting string, ok bool) {
	setting, ok = strings.CutSuffix(name, fileSuffix)
	if !ok {
		return "", false
	}
	d, known := find(setting)
	return setting, known && d.Secret
}

func (l *layered) read(setting, path string, from Origin) {
	v, err := secret(path)
	if err != nil {
		l.fault(setting, from, fmt.Sprintf("its file cannot be read: %v", err))
		return
	}
	l.put(setting, v, from)
	l.paths[setting] = path
}

// secret reads the content of a file, without the end of its line.
func secret(path string) (string, error) {
	b, err := os.ReadFile(path)
	return strings.TrimRight(string(b), "\r\n"), err
}

// settings turns the texts into values and checks their combinations.
func (l *layered) settings() (Settings, error) {
	s := Settings{origins: l.origins, shown: l.values, notes: l.notes, environ: l.all}
	for _, d := range table {
		if err := d.set(&s, l.values[d.Name]); err != nil {
			l.fault(d.Name, l.origins[d.Name], err.Error())
		}
	}
	s.Bugzilla.keyFile, s.environ = l.paths["bugzilla_key"], nil
	if len(l.faults) == 0 {
		l.validate(s)
	}
	if len(l.faults) > 0 {
		err := scheduler.Errorf(scheduler.CodeInvalid, "settings are not valid")
		err.Fields = l.faults
		return Settings{}, err
	}
	return s, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
