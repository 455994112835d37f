# The targets need only Go, git, make and bash; `make test` installs PostgreSQL, calendar clients and a browser from Debian's packages if
# they are missing.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
TOOL := go tool -modfile=tools/go.mod
FUZZTIME ?= 10s
STORIES ?= 10000
SOAK ?= 1h
BENCH ?= .
MUTATE ?= ./testbeds/... ./scheduler ./calendar
DEMO ?= demo.db

# The race detector looks at Go's own memory only. SQLite and its C library, which are C turned into Go, keep everything elsewhere: to instrument
# them would double the time of the tests, and find nothing. Nor does Berth turn pointers into others itself, which -race would check in all
# packages (checkptr). Without inlining, the generic handlers of the REST interface compile in a quarter of the time.
C_AS_GO := modernc.org/sqlite/lib modernc.org/libc/... modernc.org/memory
RACE := -race -gcflags=all=-d=checkptr=0 $(C_AS_GO:%=-gcflags=%=-race=false) '-gcflags=berth/internal/api=-l -d=checkptr=0'

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/berth
	go build -ldflags '-X main.version=$(VERSION)' -o bin/berth ./cmd/berth

.PHONY: run
run: build ## serve a fresh demo with requests around today on http://127.0.0.1:8080
	@rm -f $(DEMO) $(DEMO)-wal $(DEMO)-shm
	bin/berth serve --demo --database $(DEMO)

.PHONY: world
world: build ## serve a fresh demo with the systems around it: a Bugzilla, an OSM, a portal with deployments, a testbed's calendars
	@rm -f $(DEMO) $(DEMO)-wal $(DEMO)-shm
	bin/berth serve --demo-world --database $(DEMO)

.PHONY: test
test: ## gofmt, vet and all tests with the race detector, on SQLite and PostgreSQL, with Debian's calendar clients and browser
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted: $$unformatted"; exit 1; }
	go vet ./...
	BERTH_TEST_REQUIRE=postgres,clients,browser BERTH_TEST_SCREENSHOTS=$(CURDIR)/.cache/screenshots scripts/with-clients scripts/with-postgres go test $(RACE) -timeout 30m ./...
	go -C tools/release test .

.PHONY: short
short: ## within a minute: what needs no servers, no browser and no calendar clients, with a tenth of the stories; the tests left out say so with -v
	go test -short ./...

.PHONY: quick
quick: ## all tests on SQLite only, without the race detector
	go test ./...

.PHONY: lint
lint: vuln ## staticcheck, depguard for the imports between packages (.depguard.yml), and govulncheck
	$(TOOL) staticcheck ./...
	$(TOOL) depguard ./...

.PHONY: vuln
vuln: ## known vulnerabilities that the program can reach; if the list is unavailable, it says so and succeeds
	scripts/vulnerabilities $(TOOL) govulncheck ./...

.PHONY: soak
soak: ## run STORIES (10000) random stories, then the chaos test for SOAK (1h): kills, stops, clock jumps, cut connections
	BERTH_TEST_REQUIRE=postgres BERTH_TEST_STORIES=$(STORIES) scripts/with-postgres go test -run '^TestStories$$' -count=1 -timeout 6h -v ./scheduler ./internal/store
	BERTH_TEST_REQUIRE=postgres BERTH_TEST_SOAK=$(SOAK) scripts/with-postgres go test -run '^TestChaos$$' -timeout 0 -v ./cmd/berth

.PHONY: bench
bench: ## run the benchmarks with output for benchstat; BENCH=regexp selects some
	BERTH_POSTGRES_FSYNC=on scripts/with-postgres go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m ./testbeds/... ./scheduler/... ./internal/...

.PHONY: mutate
mutate: ## mutate the packages of the core, and list what their own quick tests do not notice; MUTATE=./testbeds/... chooses
	scripts/mutate $(MUTATE)

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (10s)
	@set -e; for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package; \
		done; \
	done

ARCH ?= amd64

.PHONY: deb
deb: ## build the Debian package into dist/; ARCH=arm64 for the other architecture
	scripts/package $(ARCH)

.PHONY: release
release: ## build archives for all systems into dist/, the same bytes each time, with licences, bills of materials and checksums
	go -C tools/release run .

.PHONY: try-package
try-package: ## install the Debian package in a fresh Debian, and live with it there until it is purged; as root
	scripts/try-package

.PHONY: try-compose
try-compose: ## run what deploy/compose.yaml says without images: PostgreSQL, two processes, nginx with TLS
	scripts/try-compose

.PHONY: try-operations
try-operations: ## restore PostgreSQL from a dump and to a moment, upgrade and go back, promote a standby under load; minutes, with servers of its own
	scripts/try-restore
	scripts/try-upgrade
	scripts/try-failover
	scripts/try-failover asynchronous

.PHONY: manifests
manifests: ## check deploy/ against the types of Kubernetes and the schema of Compose
	go -C tools/manifests test .
	kubectl kustomize deploy/kubernetes | go -C tools/manifests run . kubernetes
	go -C tools/manifests run . compose ../../deploy/compose.yaml

.PHONY: clean
clean: ## remove build results and the demo's database
	rm -rf bin dist .cache $(DEMO) $(DEMO)-wal $(DEMO)-shm
