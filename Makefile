# Kontor: make help lists what can be made.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# The one path outside the project: real catalogues and trade tables, read in
# place by tests and benchmarks. They say so and skip where it is missing.
export KONTOR_SHARED_DATA ?= $(abspath ../shared/data)
export CGO_ENABLED ?= 0

DEMO_FLAGS ?=

.PHONY: help build demo test race lint bench assets holes fuzz clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

build: ## bin/kontor, the one binary
	@mkdir -p bin
	go build -trimpath -ldflags='-s -w' -o bin/kontor ./cmd/kontor

demo: build ## the sample platform on http://localhost:8080
	bin/kontor demo $(DEMO_FLAGS)

test: ## every test; installs what they run against from Debian's packages
	scripts/packages postgresql chromium nginx haproxy
	go vet ./...
	go test -timeout 20m ./... $(TEST_FLAGS)

race: ## the tests of what runs at once, under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -short ./market/... ./store/... ./vault/... ./search/... ./bus/... ./web/... ./shield/... ./watch/... ./drill/...

lint: ## formatting, vet, staticcheck, generated files, licences
	scripts/lint

bench: build ## measures every figure of docs/performance.md and writes it there
	scripts/packages postgresql wrk nginx haproxy
	scripts/bench

assets: ## rebuilds style sheet, script and pages (needs Node)
	scripts/assets

holes: ## known vulnerabilities in what is linked (needs the network)
	scripts/holes

fuzz: ## every fuzz test for a short while each
	scripts/fuzz

clean: ## what was built
	rm -rf bin
