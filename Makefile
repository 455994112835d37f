# Only Go, git, make and bash are needed; `make test` takes a PostgreSQL server and calendar clients and a browser from Debian's packages if
# the machine has none.
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

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/berth
	go build -ldflags '-X main.version=$(VERSION)' -o bin/berth ./cmd/berth

.PHONY: run
run: build ## serve the demo, made anew around today, on http://127.0.0.1:8080
	@rm -f $(DEMO) $(DEMO)-wal $(DEMO)-shm
	bin/berth serve --demo --database $(DEMO)

.PHONY: test
test: ## gofmt, vet, and all tests with the race detector, on SQLite and PostgreSQL, with Debian's calendar clients and browser
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted: $$unformatted"; exit 1; }
	go vet ./...
	BERTH_TEST_REQUIRE=postgres,clients,browser BERTH_TEST_SCREENSHOTS=$(CURDIR)/.cache/screenshots scripts/with-clients scripts/with-postgres go test -race -timeout 30m ./...

.PHONY: quick
quick: ## all tests on SQLite alone, without the race detector
	go test ./...

.PHONY: lint
lint: vuln ## staticcheck, depguard for the arrows between packages (.depguard.yml), and govulncheck
	$(TOOL) staticcheck ./...
	$(TOOL) depguard ./...

.PHONY: vuln
vuln: ## known vulnerabilities that the program can reach; says so, and succeeds, where the list of them cannot be had
	scripts/vulnerabilities $(TOOL) govulncheck ./...

.PHONY: soak
soak: ## tell STORIES (10000) random stories, then the chaos test for SOAK (1h): kills, stops, clocks that jump, receivers that cut
	BERTH_TEST_REQUIRE=postgres BERTH_TEST_STORIES=$(STORIES) scripts/with-postgres go test -run '^TestStories$$' -count=1 -timeout 6h -v ./scheduler ./internal/store
	BERTH_TEST_REQUIRE=postgres BERTH_TEST_SOAK=$(SOAK) scripts/with-postgres go test -run '^TestChaos$$' -timeout 0 -v ./cmd/berth

.PHONY: bench
bench: ## benchmarks, in the form that benchstat reads; BENCH=regexp chooses
	scripts/with-postgres go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m ./testbeds/... ./scheduler/... ./internal/...

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

.PHONY: clean
clean: ## remove what was built, and the demo's database
	rm -rf bin .cache $(DEMO) $(DEMO)-wal $(DEMO)-shm
