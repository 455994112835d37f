package webhook

import "net/url"

const maxURL = 2000

// Address gives the rule that an address breaks that is to be told what happens, empty for none; anywhere allows addresses without TLS. Whether
// it leads inside is found out with each call: names lead elsewhere from one moment to the next.
func Address(anywhere bool) func(address string) (rule string) {
	return func(address string) string {
		u, err := url.Parse(address)
		switch {
		case err != nil || u.Host == "" || len(address) > maxURL || u.Scheme != "https" && u.Scheme != "http":
			return "has to be an address such as https://portal.example.org/hook"
		case u.User != nil || u.Fragment != "":
			return "has to be without user, password and fragment"
		case u.Scheme != "https" && !anywhere:
			return "has to be https"
		}
		return ""
	}
}
