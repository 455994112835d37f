package bugzilla

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// Remedy advises an administrator about an error; empty if there is no advice.
func Remedy(err error) string {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return ""
	case e.Cause != nil:
		return unreached(e.Cause)
	case e.Code == 0:
		return unspoken(e)
	case e.Code >= internalCodeFloor:
		return "an internal error of Bugzilla, which Berth retries; if it stays, read the log of its web server"
	}
	switch e.Code {
	case codeUnmapped:
		return ruled(e.Message)
	case codeBadKey:
		return "make an API key for the account in Bugzilla (Preferences, API Keys) and add it to the settings"
	case codeNotTaken:
		return "check that bugzilla_login is the login of the account that the key belongs to"
	case codeBadLogin, codeNotLoggedIn:
		return "the server did not take the API key: check the key, and that the account may use the REST interface"
	case codeDisabled:
		return "the account is disabled in Bugzilla"
	case codeProduct:
		return "check the product's name, that it is open for new bugs, and that the account may file into it"
	case codeNoSuch:
		if setting := unknownSetting(err); setting != "" {
			return "check the setting " + setting + ": its value must exist in Bugzilla"
		}
		return "check the names in the settings: product, component, version, op_sys, platform, statuses and resolutions must exist in Bugzilla, and people need accounts"
	case codeNoSuchCC:
		return "a person in CC has no account in Bugzilla"
	case codeMissing:
		return "the installation requires a value that the settings do not give: version, op_sys or platform"
	case codeTransition:
		return "the workflow of the installation does not allow the change of status: see the settings for statuses"
	case codeForbidden:
		return "the account needs the group editbugs (and canconfirm)"
	case codeNoBug:
		return "the bug was deleted in Bugzilla: link another one to the request by the marker in its summary"
	case codeHidden:
		return "the bug is restricted: let the account see it"
	case codeAliasTaken:
		return "another bug has the alias: remove it there"
	}
	return ""
}

// unreached advises about a missing answer.
func unreached(cause error) string {
	_, authority := errors.AsType[x509.UnknownAuthorityError](cause)
	_, host := errors.AsType[x509.HostnameError](cause)
	_, dns := errors.AsType[*net.DNSError](cause)
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(cause, syscall.ECONNREFUSED):
		return "no server listens there: check that Bugzilla's web server is running, and bugzilla_url"
	case authority:
		return "the certificate is not trusted: set SSL_CERT_FILE to the certificate of your own authority"
	case host:
		return "the certificate belongs to another host: check bugzilla_url"
	case dns:
		return "the host is not known: check bugzilla_url, and the name server"
	case errors.Is(cause, context.DeadlineExceeded), errors.As(cause, &timeout) && timeout.Timeout():
		return "Bugzilla did not answer in time: check its load, and the network between"
	}
	return "check that Bugzilla can be reached from here"
}

// unspoken advises about an answer that does not come from Bugzilla's interface.
func unspoken(e *Error) string {
	switch e.Status {
	case http.StatusOK:
		return "Bugzilla answers without its database: check that the database is running"
	case http.StatusServiceUnavailable:
		return "Bugzilla is closed for maintenance (its parameter shutdownhtml), or overloaded: Berth tries again"
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return "the proxy before Bugzilla does not reach it: check that Bugzilla is running"
	case http.StatusNotFound:
		return "there is no Bugzilla with a REST interface: bugzilla_url is the address of the start page, without /rest or index.cgi"
	case http.StatusInternalServerError:
		return "an internal error of Bugzilla, which Berth retries; if it stays, read the log of its web server"
	}
	return ""
}

// ruled advises about a rule of the installation; only Bugzilla's message tells which.
func ruled(message string) string {
	message = strings.ToLower(message)
	switch {
	case strings.Contains(message, "locked out"):
		return "the account is locked for a while: after attempts with wrong passwords"
	case strings.Contains(message, "comment"):
		return "a step of the workflow requires a comment that Berth did not give: berth bugzilla check lists such steps"
	case strings.Contains(message, "must be set"):
		return "the installation requires a field of its own: set bugzilla_fields; berth bugzilla check lists the fields and their values"
	}
	return "a rule of the installation refuses it: only the message of Bugzilla tells more"
}

// Outage tells faults of the server, the key or the network, which every bug meets, from those of one bug. text does not name the bug. A
// slow write may wait for its bug alone.
func Outage(err error) (text string, is bool) {
	e, ok := errors.AsType[*Error](err)
	if !ok || errors.Is(e.Cause, context.Canceled) {
		return "", false
	}
	switch dial, isNet := errors.AsType[*net.OpError](e.Cause); {
	case IsSignIn(e):
		return strings.TrimPrefix(e.Error(), e.Doing+": "), true
	case e.Cause != nil:
		return "Bugzilla cannot be reached: " + e.Cause.Error(), !e.wrote || isNet && dial.Op == "dial"
	case e.Code != 0 || e.Answered:
		return "", false
	case e.Status == http.StatusOK && e.Message == emptyAnswer:
		return "Bugzilla answers nothing", true
	case e.Status == http.StatusBadGateway, e.Status == http.StatusServiceUnavailable, e.Status == http.StatusGatewayTimeout:
		return "Bugzilla is not available: " + http.StatusText(e.Status), true
	}
	return "", false
}

// unknownSetting returns the setting whose value Bugzilla does not know, if its message tells.
func unknownSetting(err error) string {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return ""
	}
	message := strings.ToLower(e.Message)
	for _, x := range [][2]string{{"component named", "bugzilla_component"}, {"version named", "bugzilla_version"}, {"os named", "bugzilla_op_sys"}, {"op_sys", "bugzilla_op_sys"},
		{"hardware", "bugzilla_platform"}, {"platform", "bugzilla_platform"}, {"status named", "bugzilla_statuses"}, {"resolution named", "bugzilla_statuses"}} {
		if strings.Contains(message, x[0]) {
			return x[1]
		}
	}
	return ""
}
