package webhook

import "net/url"

const maxURL = 2000

// Address returns a function that names the rule that an address of a webhook breaks, empty for none; anywhere allows addresses without
// TLS. Each call checks for itself whether the address is internal: names can change at any moment.
func Address(anywhere bool) func(address string) (rule string) {
	return func(address string) string {
		u, err := url.Parse(address)
		switch {
		case err != nil || u.Host == "" || len(address) > maxURL || u.Scheme != "https" && u.Scheme != "http":
			return "must be an address such as https://portal.example.org/hook"
		case u.User != nil || u.Fragment != "":
			return "must not have a user, password or fragment"
		case u.Scheme != "https" && !anywhere:
			return "must be https"
		}
		return ""
	}
}
