/*
Berth books testbed slots for 5G experiments.

	berth serve [--demo]              serve pages, API and calendars, and carry out what is due
	berth load [--replace] FILE...    replace facility and catalogue from YAML files; keep what others made over the API
	berth policy show, load, test     print the policy, put one in force, try one on the requests of the last months
	berth check, berth suggest        check whether an experiment fits a slot, and suggest other ways
	berth user, berth token           manage people who can sign in, and secrets for programs
	berth bugzilla check, status, sync  check the connection, list what waits, bring a ticket in line
	berth verify                      judge the whole database from nothing; exit 1 if it is not clean
	berth backup FILE                 copy a SQLite database of any schema consistently, also while it is in use
	berth restore FILE                put a backup in the place of a SQLite database, which is kept aside; no process may use it
	berth health                      ask the server on this machine whether it can work; exit 6 if it cannot
	berth config                      print the settings in force, and where each comes from
	berth version                     print the version

Each of them has --help. Apart from serve they work on the database directly, as its local administrator; a server may be running on
it at the same time. load, user and token do the same at a server that --server or --context names. Only serve brings the schema of an older database up to date.

# First steps

	berth user add ada --name "Ada Example" --role administrator
	berth load facility.yaml catalogue.yaml
	berth serve

There is no account and no password that comes with the program. Passwords are never arguments: they are asked for, or read from
standard input or a file.

# Settings

A setting named some_thing comes from its default, from berth.toml in the working directory (or the file named by --config or
BERTH_CONFIG), from the variable BERTH_SOME_THING, or from the flag --some-thing; the later one wins. A secret can also be read from a
file, which the name with _file names: database_file in berth.toml, BERTH_DATABASE_FILE, or --database-file. Berth refuses names that it
does not know. Durations are in ISO 8601, such as P1D or PT1H.

# All settings

Server:

	listen
	    The address and port to listen on; port 0 takes any free one. Beyond loopback tls_cert and tls_key must be
	    set, or behind_proxy. Default: 127.0.0.1:8080
	database
	    Where everything is stored: the path of a SQLite file, or postgres://user@host/name, where several hosts are
	    separated by commas. Default: berth.db
	tls_cert
	    The file with the server's certificate chain in PEM, read at the start. It goes together with tls_key.
	tls_key
	    The file with the certificate's private key in PEM, read at the start. It goes together with tls_cert.
	behind_proxy
	    The addresses or networks of reverse proxies, separated by commas. Berth believes their X-Forwarded-For,
	    and nobody else's.
	public_url
	    The address under which people reach this instance, for links: scheme and host alone. Empty: made from listen.
	log_level
	    The least severe messages that are logged: debug, info, warn or error. Default: info
	log_format
	    The form of the log on standard error: text or json. Default: text
	stop_after
	    The longest time that a stop waits for running calls and deliveries. Default: PT15S

Bookings:

	horizon
	    How far ahead a slot can be booked. Default: P730D
	hold_for
	    How long an offer holds its capacity if the mentor sets no time; at most max_hold. Default: P3D
	max_hold
	    The longest time for which a mentor can let an offer hold its capacity. Default: P30D
	claim_for
	    How long what came free is held for the first who waits for it, from PT1M to max_hold; never longer than a
	    quarter of the time until its slot begins. Default: P1D
	reminders
	    How long before orchestration and before a slot's end people are reminded, separated by commas. Empty: never.
	    Default: P1D,PT1H

Limits:

	max_body
	    The largest body of an HTTP request in bytes, from 65536 to 67108864. Default: 4194304
	max_tokens
	    The most tokens and app passwords that one person can have, from 1 to 1000000. Sessions have a limit of their
	    own: the 51st ends the oldest. Default: 100
	max_feeds
	    The most calendar feeds that one person can have, from 1 to 1000000. Default: 100
	max_webhooks
	    The most webhooks that one person can have, from 1 to 1000000. Default: 10
	max_open_requests
	    The most requests of one person that are not over, from 1 to 1000000. Default: 200
	max_remarks
	    The most remarks that one person can write within an hour in one process, from 1 to 1000000. Default: 200

Policy:

	policy_file
	    The YAML file with the policy, read at the start. It is put in force when its content is not what was
	    last put in force from it. Empty: the policy is put on its page, or with berth policy put. Example:
	    /etc/berth/policy.yaml
	policy_hook
	    The address that is asked about what people ask for, beside the policy: it allows or refuses it; https,
	    or http on this machine. Empty: nobody is asked. Example: https://rules.example.org/berth
	policy_hook_token
	    The secret that is sent to policy_hook as a bearer token. Empty: none.
	policy_hook_timeout
	    How long an answer of policy_hook is waited for, from one to five seconds. Default: PT3S
	policy_hook_fails
	    What becomes of what policy_hook does not answer: closed refuses it, open allows it. The history says so.
	    Default: closed
	policy_hook_private
	    yes lets the name in policy_hook stand for a private address, and the address be http. Default: no

Bugzilla:

	bugzilla_url
	    The address of the Bugzilla in which each request gets a ticket; https, or http on this machine. Empty:
	    no tickets.
	bugzilla_key
	    The API key of the account that writes the tickets. It must be set with bugzilla_url; a key in a file can be
	    replaced without a restart.
	bugzilla_login
	    The login of the account that the key belongs to. It must be set with bugzilla_url.
	bugzilla_product
	    The product under which tickets are filed. Default: 5GinFIRE Operations
	bugzilla_component
	    The component under which tickets are filed, unless bugzilla_components names another one. Default: Operations
	    Support
	bugzilla_version
	    The version that new tickets name. Default: unspecified
	bugzilla_op_sys
	    The operating system that new tickets name. Default: All
	bugzilla_platform
	    The hardware that new tickets name. Default: All
	bugzilla_components
	    Other components: for requests (not granted yet), for deployments (granted), or by the id of a testbed.
	    Example: deployments=DeploymentCalendar,north=Athens
	bugzilla_fields
	    Further fields of new tickets, such as those that an installation makes mandatory; several values have a bar
	    between them. Example: priority=High,keywords=testbed|5g,cf_team=Athens
	bugzilla_poll
	    How often Berth asks Bugzilla for changes that people made there; at least PT1S. Default: PT30S
	bugzilla_statuses
	    The ticket's status, and its resolution, by the status of the request, where the usual ones do not fit the
	    workflow. Example: RUNNING=DEPLOYED,COMPLETED=RESOLVED FIXED
	bugzilla_marker
	    The text before a request's number that links a ticket opened by hand, in its summary or whiteboard. Empty:
	    none is linked. Default: berth#
	bugzilla_offer_links
	    yes adds links that accept offers to comments. Set it only if everybody who reads the tickets may accept
	    offers. Default: no
	bugzilla_ticket_per_series
	    yes gives a new series one ticket for all of its occurrences; no gives each occurrence its own. A series keeps
	    what it has. Default: no

Mail:

	mail_server
	    The host and port of the mail server. Empty: no mail is sent. Example: smtp.example.org:587
	mail_security
	    How the connection is encrypted: starttls, tls (from the first byte, mostly port 465), or none (to this
	    machine only). Default: starttls
	mail_user
	    The account at the mail server. It goes together with mail_password; empty if the server takes mail without.
	mail_password
	    The password of the account at the mail server. It goes together with mail_user.
	mail_from
	    The sender of all mails. It must be set with mail_server. Example: Berth <berth@example.org>
	mail_list
	    The address of a mailing list that is told of every request. Empty: none. Example: tickets@example.org
	mail_digest
	    The time of day in UTC at which operators are mailed what the next three days bring. Empty: never. Default:
	    06:00

Webhooks:

	webhook_anywhere
	    yes lets people's webhooks call private addresses and http, too: everything that this machine can reach.
	    Default: no

OSM:

	osm_file
	    The YAML file, such as osm.yaml, that lists the Open Source MANOs in which requests are deployed;
	    docs/connect/osm.md has its form. Empty: none.

Portals:

	portals_file
	    The YAML file, such as portals.yaml, that lists the portals (5GinFIRE, Openslice) whose orders become
	    requests; docs/connect/5ginfire-portal.md has its form. Empty: none.

Calendars:

	calendars_file
	    The YAML file, such as calendars.yaml, that lists calendars of testbeds, whose events close them or into which
	    bookings are written; docs/connect/testbed-calendars.md has its form. Empty: none.

OpenID Connect:

	oidc_issuer
	    The address of the OpenID Connect provider with which people can sign in to the pages. Empty: they sign in
	    with a password alone. Example: https://id.example.org/realms/lab
	oidc_client
	    The client id at the provider, which must allow a redirection to public_url with /sign-in/callback. It must be
	    set with oidc_issuer.
	oidc_secret
	    The client secret at the provider.
	oidc_groups_claim
	    The claim of the ID token that lists the groups of a person. Default: groups
	oidc_roles
	    The role that the members of a group get, or the testbed whose providers they become. Example:
	    lab-mentors=mentor,iris-staff=provider:wins-5g

# Exit codes

	0   done
	1   the answer is no: it does not fit, it is not clean, the step is not allowed now
	2   a flag, a setting or a file breaks a rule
	3   there is no such thing
	4   not allowed
	5   another change came in between
	6   not available; try again later
	70  a fault in Berth or in what it runs on
	130 stopped by an interrupt

# Signals

SIGINT and SIGTERM stop gracefully: no new connections are taken, what is under way comes to its end, or is cut off, within stop_after. A
second one stops at once, which loses nothing either: every decision is one transaction.
*/
package main

// "All settings" above is made from internal/config/table.go: go test ./internal/config -update.
