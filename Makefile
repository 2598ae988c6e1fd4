# The commands of this repository. `make demo` to see it, `make test` to prove it.

CARGO ?= cargo
export CARGO_TERM_COLOR ?= auto
BUILT_PAGES = web/dist/index.html
PAGES_FROM = $(shell find web/src web/public web/index.html web/vite.config.ts web/package-lock.json -type f 2>/dev/null)

.PHONY: help demo build web test test-rust test-web test-browser browser check lint generated crash fuzz bench openapi clean

help: ## What there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

PORT ?= 7000

demo: ## Build everything and run it with sample people and products; PORT=8000 for other ports
	@[ -x target/debug/pforte ] || echo "The first build takes five to eight minutes on two cores. Later ones take seconds."
	@$(MAKE) --no-print-directory build
	./target/debug/pforte demo --fresh --port $(PORT)

build: web ## Build the server (with its pages) and the sample product
	scripts/install build
	$(CARGO) build --locked -p pforte -p panel

web: $(BUILT_PAGES) ## Build the pages

web/node_modules/.package-lock.json: web/package-lock.json
	scripts/install build
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILT_PAGES): web/node_modules/.package-lock.json $(PAGES_FROM)
	cd web && npm run --silent build
	@touch $@

e2e/node_modules/.package-lock.json: e2e/package-lock.json
	cd e2e && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

test: ## Install what is missing, then run every test on both databases and in the browser
	scripts/install test
	$(MAKE) test-web
	$(MAKE) test-rust
	$(MAKE) browser

test-rust: web
	scripts/rust-tests

test-web: web/node_modules/.package-lock.json
	cd web && npm run --silent check

test-browser: build browser

# Uses the programs that are there: the Rust tests have built them.
browser: e2e/node_modules/.package-lock.json
	cd e2e && PFORTE_BIN_DIR=$(CURDIR)/target/debug npm test --silent

check: lint generated ## Format, lints, licences, generated files

lint: web
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	node scripts/dependencies.mjs
	node scripts/sizes.mjs

# That docs/openapi.json is what the server serves is one of the Rust tests.
generated: web/node_modules/.package-lock.json
	cd web && npm run --silent api:check

openapi: build ## Write docs/openapi.json and the pages' client anew
	./target/debug/pforte openapi > docs/openapi.json
	cd web && npm run --silent api

crash: build ## Kill the server 200 times under load
	PFORTE_CRASH_ROUNDS=200 $(CARGO) test --locked -p pforte --test crash --test mail_crash -- --nocapture

fuzz: ## Feed hostile mails to the parsers for a minute; PFORTE_FUZZ_RUNS=10000000 for a release
	scripts/install fuzz
	nice fuzz/run

bench: web ## Measure speed and size, against nginx on the same machine
	scripts/install bench
	bench/run

clean: ## Forget everything that was built
	$(CARGO) clean
	rm -rf web/dist web/node_modules e2e/node_modules e2e/out
